vpcjail ps --help
