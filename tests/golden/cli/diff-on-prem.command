vpcjail diff on-prem sagemaker-vpc
