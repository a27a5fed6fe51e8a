vpcjail run -p ./wrong.yaml true
