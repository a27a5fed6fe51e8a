for command in audit diff import report verify; do vpcjail $command || echo $?; done
