vpcjail check network-isolation offline-training
