vpcjail import account --training-job job-isolated.json
