vpcjail import || echo $?
