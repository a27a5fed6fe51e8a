vpcjail help diff
