vpcjail explain -p network-isolation --json tcp 52.216.1.1:443 icmp 127.0.0.1; echo $?; vpcjail explain -p network-isolation --json 127.0.0.1:80
