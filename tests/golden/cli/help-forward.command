vpcjail forward --help
