here=$PWD; cd "$HOME" && rm -rf policy && cp -r "$here/account" policy && p() { sed 's|"VpcEndpointId": "vpce-0s3",|&"PolicyDocument": "'"$(printf %s "$1" | sed 's/"/\\\\\\"/g')"'",|' "$here/account/vpc-endpoints.json" >policy/vpc-endpoints.json; vpcjail import policy --subnet subnet-a --security-group sg-train --summary | grep 'endpoint-policy'; echo $?; }
p '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}'
p '{"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}'
p '{"Statement": {"Sid": "all", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}}'
p '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {}}]}' | tail -n 1
p '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}, {"Effect": "Deny"}]}' | tail -n 1
p 'no policy at all' | tail -n 1
