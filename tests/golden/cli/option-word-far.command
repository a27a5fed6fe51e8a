vpcjail show --as zz
