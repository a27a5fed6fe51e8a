vpcjail show -p network-isolation on-prem
