vpcjail doctor now
