vpcjail explain --from 10.20.1.9 tcp 22 icmp; echo $?; vpcjail explain --from 10.20.1 tcp 22; echo $?; vpcjail explain --from 10.20.1.9 tcp
