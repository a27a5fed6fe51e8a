vpcjail diff network-isolation offline-training
