for command in audit import report verify; do vpcjail $command || echo $?; done
