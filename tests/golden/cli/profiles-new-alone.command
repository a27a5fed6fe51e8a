vpcjail profiles --new mine
