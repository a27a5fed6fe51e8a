vpcjail check ./wrong.yaml
