vpcjail check ./
