vpcjail check -p network-isolation --attestation ./cut.json; echo $?
vpcjail check -p network-isolation -a ./unknown.json; echo $?
vpcjail check -p network-isolation --json -a ./unknown.json; echo $?
vpcjail check -p network-isolation -a ./none.json; echo $?
vpcjail check -p ./wrong.yaml -a ./cut.json
