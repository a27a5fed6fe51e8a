vpcjail explain --help
