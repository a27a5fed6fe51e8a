vpcjail import account --subnet subnet-a --security-group sg-train --json
