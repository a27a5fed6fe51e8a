vpcjail show ./wrong.yaml
