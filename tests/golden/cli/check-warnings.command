vpcjail check sagemaker-vpc
