vpcjail import account/vpcs.json account/subnets.json account/security-groups.json --subnet subnet-a --security-group sg-train
vpcjail import account/vpcs.json account/subnets.json account/security-groups.json --subnet subnet-a --security-group sg-train --assume-default-acl | grep -A 5 '^network-acls'
