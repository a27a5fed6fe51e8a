vpcjail show network-isolation on-prem
