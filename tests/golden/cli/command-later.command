for command in audit diff exec explain forward import ps report update verify; do vpcjail $command || echo $?; done
