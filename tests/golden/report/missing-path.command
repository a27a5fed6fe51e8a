vpcjail report ./no-such-run
