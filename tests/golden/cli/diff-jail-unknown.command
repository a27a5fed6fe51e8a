# Others may run jails on this machine: then they are listed.
vpcjail diff network-isolation --jail no-such-jail-here 2>&1 | sed -E 's/no (jail is running|running jail is called "no-such-jail-here"; .*)/no such jail/'
