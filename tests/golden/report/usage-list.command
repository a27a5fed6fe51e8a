vpcjail report --list ./run
