vpcjail rnu
