vpcjail report --json --html ./run
