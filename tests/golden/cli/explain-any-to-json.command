vpcjail explain -p ./acl-narrow.yaml --any-to 10.20.0.0/16 --json; vpcjail explain -p ./acl-narrow.yaml --any-to 224.0.0.0/4 --json
