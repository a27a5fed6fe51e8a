vpcjail diff sagemaker-vpc sagemaker-vpc; echo "status $?"; vpcjail diff network-isolation network-isolation --json
