vpcjail check -j network-isolation
