vpcjail check network-isolation vpc-private --attestation ./cut.json; echo $?
vpcjail check -p network-isolation --host --attestation ./cut.json
