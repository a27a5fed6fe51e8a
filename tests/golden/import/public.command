vpcjail import account --subnet subnet-p --security-group sg-train
