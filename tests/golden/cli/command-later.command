for command in audit diff explain import report verify; do vpcjail $command || echo $?; done
