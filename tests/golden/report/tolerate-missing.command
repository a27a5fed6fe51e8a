vpcjail report ./run --tolerate ./no-such-file
