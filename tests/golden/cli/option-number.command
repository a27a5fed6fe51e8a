for n in -1 1.5 86401 "" 0x10; do vpcjail run --stop-timeout "$n" true || echo $?; done
