vpcjail completion --help
