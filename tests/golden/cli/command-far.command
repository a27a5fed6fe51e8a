vpcjail zzzzzz
