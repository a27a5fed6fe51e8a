here=$PWD; cd "$HOME" && rm -rf refresh-job && mkdir refresh-job && cd refresh-job && cp -r "$here/account" a && cp "$here/job.json" a/ && vpcjail import a -o p.yaml 2>/dev/null; sed -n 2p p.yaml
sed 's/"VpcConfig"/"EnableNetworkIsolation": true, "VpcConfig"/' "$here/job.json" >a/job.json; vpcjail import a --refresh p.yaml --yes 2>/dev/null | grep -A 9 '^also'; sed -n 2p p.yaml; grep 'isolation:' p.yaml
sed -i 's/subnet-a/subnet-b/' a/job.json; vpcjail import a --refresh p.yaml --yes; echo $?; grep -c subnet-b p.yaml
