vpcjail show --as plan ./channels.yaml
