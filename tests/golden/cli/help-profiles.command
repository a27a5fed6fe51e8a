vpcjail profiles --help
