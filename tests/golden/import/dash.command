here=$PWD; cd "$HOME" && rm -rf dash && mkdir dash && cd dash && vpcjail import "$here/account" --subnet subnet-a --security-group sg-train -o - 2>/dev/null | sed -n '/^vpcjail/p; /prefix-list:/p'; ls
vpcjail import "$here/account" --subnet subnet-a --subnet subnet-b --security-group sg-train -o - 2>&1 | tail -n 1; vpcjail import "$here/account" -o - --summary; echo $?
