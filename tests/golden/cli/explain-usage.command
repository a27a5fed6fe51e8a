for flow in "tcp" "52.216.1.1" "tpc 52.216.1.1:443" "tcp 52.216.1.1:99999" "tcp 10.0.0.01:80" "icmp pypi.org type 300"; do vpcjail explain "$flow" || echo $?; done
vpcjail explain tcp 52.216.1.1:443 udp || echo $?
vpcjail explain --reply icmp 10.0.0.9 type 3 || echo $?
vpcjail explain || echo $?
vpcjail explain --file flows.tsv tcp 10.0.0.1:1 || echo $?
vpcjail explain --file no-such-file || echo $?
vpcjail explain -p ./wrong.yaml tcp 10.0.0.1:1 >/dev/null 2>&1
