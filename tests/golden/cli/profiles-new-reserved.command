vpcjail profiles --new network-isolation --from on-prem
