vpcjail show --zzzzzz
