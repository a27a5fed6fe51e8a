vpcjail check ./no-such-file.yaml
