here=$PWD; cd "$HOME" && rm -rf refresh-here && mkdir refresh-here && cd refresh-here && cp -r "$here/account" a && r() { vpcjail import a --refresh p.yaml --yes 2>&1 >/dev/null | grep located; grep '  located:' p.yaml; } && vpcjail import a --subnet subnet-a --security-group sg-train -o p.yaml 2>/dev/null
sed -i 's/located: elsewhere/located: here/' p.yaml; r
sed -i 's/"CidrBlock": "10.20.9.0\/24"/"CidrBlock": "10.20.9.0\/25"/' a/subnets.json; r
sed -i 's/"10.20.0.0\/16"/"10.20.0.0\/15"/' a/vpcs.json; r; r
vpcjail import a --refresh p.yaml --json 2>/dev/null | grep '"profile"'
