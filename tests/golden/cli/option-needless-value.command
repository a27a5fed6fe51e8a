vpcjail show --json=yes
