vpcjail run --keep-fd x true
