vpcjail exec || echo $?; vpcjail exec sh || echo $?; vpcjail exec train1 sh -c date || echo $?; vpcjail exec train1 -- || echo $?
