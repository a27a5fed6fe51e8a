vpcjail report --help
