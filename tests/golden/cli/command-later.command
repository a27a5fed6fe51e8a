for command in audit import report; do vpcjail $command || echo $?; done
