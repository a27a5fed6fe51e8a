vpcjail run
