for id in rtb-b 10.20.1.0/24 vpc-0a1 "10.20.1.0/24 x"; do vpcjail import account --subnet "$id"; echo $?; done
vpcjail import account --refresh job.json; echo $?; vpcjail import account --refresh none.yaml; echo $?
vpcjail import account/vpcs.json account/subnets.json account/security-groups.json --subnet subnet-a --summary | head -n 2; vpcjail import account --subnet subnet-b --summary | head -n 2
