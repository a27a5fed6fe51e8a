VPCJAIL_PROFILE=network-isolation vpcjail run --zz true
