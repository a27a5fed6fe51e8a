vpcjail verify --help
