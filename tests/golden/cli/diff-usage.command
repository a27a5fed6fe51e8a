try() { "$@"; echo "status $?" >&2; }
try vpcjail diff
try vpcjail diff on-prem sagemaker-vpc vpc-private
try vpcjail diff on-prem sagemaker-vpc --jail some
try vpcjail diff on-prem --jial some
try vpcjail diff on-prem no-such-profile
try vpcjail diff no-such-profile on-prem
