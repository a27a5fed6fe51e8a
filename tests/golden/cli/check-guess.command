vpcjail check ./guess.yaml
