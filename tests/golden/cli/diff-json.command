vpcjail diff network-isolation sagemaker-vpc --json
