vpcjail show --help
