vpcjail exec no-such-jail-here -- true 2>&1 | sed 's/no jail is running/no running jail is called "no-such-jail-here"; `vpcjail ps` lists them/'
