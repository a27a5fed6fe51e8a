vpcjail doctor --help
