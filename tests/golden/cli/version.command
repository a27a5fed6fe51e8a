vpcjail --version
