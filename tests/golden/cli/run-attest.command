vpcjail run --attest ./wrong.yaml -- true; echo $?
vpcjail run --attest . -- true; echo $?
vpcjail run --on-tamper repot -- true
