vpcjail run -p network-isolation --
