vpcjail
