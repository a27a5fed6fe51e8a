vpcjail --help
