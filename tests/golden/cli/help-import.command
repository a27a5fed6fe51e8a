vpcjail import --help
