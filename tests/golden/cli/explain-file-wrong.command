vpcjail explain -p network-isolation --file flows-wrong.tsv
