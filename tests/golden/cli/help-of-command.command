vpcjail help show
