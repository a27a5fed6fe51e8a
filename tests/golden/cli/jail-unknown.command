# Others may run jails on this machine: then they are listed.
vpcjail exec no-such-jail-here -- true 2>&1 | sed -E 's/no (jail is running|running jail is called "no-such-jail-here"; .*)/no such jail/'
