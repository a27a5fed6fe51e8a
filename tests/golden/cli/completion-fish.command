vpcjail completion fish
