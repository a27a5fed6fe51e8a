vpcjail check --json ./wrong.yaml
