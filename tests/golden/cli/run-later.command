vpcjail run -p ./channels.yaml true
