vpcjail explain -p network-isolation tcp 127.0.0.1:80 localhost:8080 'udp [::1]:53'
