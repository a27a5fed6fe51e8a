vpcjail update train1 || echo $?; vpcjail update a b -p network-isolation || echo $?; vpcjail update train1 -p ./wrong.yaml || echo $?
