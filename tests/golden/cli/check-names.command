vpcjail check ./names.yaml
