vpcjail --profile x run true
