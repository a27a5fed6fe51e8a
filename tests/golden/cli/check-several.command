vpcjail check -p network-isolation ./wrong.yaml network-isolation
