vpcjail update --help
