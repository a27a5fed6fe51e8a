vpcjail explain -p network-isolation --file flows.tsv; echo $?; vpcjail explain -p network-isolation -j -f - <flows.tsv; echo $?; printf 'tcp\t127.0.0.1\t80\n' | vpcjail explain -f -
