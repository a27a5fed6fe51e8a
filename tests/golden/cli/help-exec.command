vpcjail exec --help
