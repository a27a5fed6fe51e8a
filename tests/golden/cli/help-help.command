vpcjail help --help
