vpcjail run --share ./no-such-folder true
