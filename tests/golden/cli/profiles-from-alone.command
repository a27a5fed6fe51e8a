vpcjail profiles --from network-isolation
