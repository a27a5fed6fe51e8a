vpcjail check network-isolatoin
