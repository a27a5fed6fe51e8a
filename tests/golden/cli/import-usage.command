vpcjail import || echo $?
vpcjail import --yes profile.yaml || echo $?
vpcjail import --refresh p.yaml -o q.yaml wrong.yaml || echo $?
vpcjail import --refresh p.yaml --summary wrong.yaml || echo $?
vpcjail import no-such-file no-such-folder/ - - </dev/null || echo $?
