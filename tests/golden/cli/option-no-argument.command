vpcjail show -p
