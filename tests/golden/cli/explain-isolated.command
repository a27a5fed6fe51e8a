vpcjail explain -p sagemaker-vpc-isolated tcp 52.216.1.1:443
