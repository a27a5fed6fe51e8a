vpcjail report ./run --json
