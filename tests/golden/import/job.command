vpcjail import account --training-job job.json
