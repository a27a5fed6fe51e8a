vpcjail run --help
