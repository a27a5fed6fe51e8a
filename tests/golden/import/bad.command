for file in unknown half wrong-types job-no-subnet job-many; do vpcjail import $file.json; echo $?; done
vpcjail import account --subnet subnet-z --subnet subnet-y --security-group sg-trian; echo $?
