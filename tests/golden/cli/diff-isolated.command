vpcjail diff sagemaker-vpc sagemaker-vpc-isolated
