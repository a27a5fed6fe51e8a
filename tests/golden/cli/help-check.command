vpcjail check --help
