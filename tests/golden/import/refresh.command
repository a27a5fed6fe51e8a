here=$PWD; cd "$HOME" && rm -rf refresh && mkdir refresh && cd refresh && cp -r "$here/account" a && vpcjail import a --subnet subnet-a --security-group sg-train -o p.yaml 2>/dev/null
sed -i 's/on-deny: reject/on-deny: drop/; s/located: elsewhere/located: here/' p.yaml
vpcjail import a --refresh p.yaml; echo $?
sed -i 's/5432/5433/' a/security-groups.json a/security-group-rules.json
vpcjail import a --refresh p.yaml; echo $?; grep -c 5433 p.yaml
vpcjail import a --refresh p.yaml --yes; echo $?; grep -E '5433|on-deny|located' p.yaml
