vpcjail explain -p sagemaker-vpc --internet --json; vpcjail explain -p ../../../profiles/network-isolation.yaml --internet --json | grep -v '^ *"[0-9a-f:.]*/'
