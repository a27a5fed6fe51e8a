here=$PWD; cd "$HOME" && rm -rf decides && mkdir decides && cd decides && cp -r "$here/account" a && vpcjail import a --subnet subnet-a --security-group sg-train -o p.yaml 2>/dev/null
e() { vpcjail explain -p p.yaml --in-vpc "$@" | sed -n '1,2p'; }
e tcp 52.218.1.1:443; e tcp 52.218.1.1:80; e tcp 52.220.1.1:443; e tcp 10.20.1.40:443; e tcp 10.20.1.40:5432
e tcp 10.20.2.41:443; e tcp 10.20.2.10:5432; e tcp 10.20.2.11:5432; e tcp 10.30.1.1:80; e tcp 10.30.1.1:82
e tcp 10.20.7.9:443; e icmp 10.20.9.9; e udp 10.20.9.9:53; e tcp 192.0.2.1:443; e --from 10.20.2.40 tcp 22
