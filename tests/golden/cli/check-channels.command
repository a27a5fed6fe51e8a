vpcjail check ./channels.yaml
