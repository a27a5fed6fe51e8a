vpcjail show -x
