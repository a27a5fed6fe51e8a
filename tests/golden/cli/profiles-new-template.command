vpcjail profiles --new mine --from nowhere-near
