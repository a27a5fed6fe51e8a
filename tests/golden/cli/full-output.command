vpcjail --help >/dev/full; echo $? >&2; vpcjail show >/dev/full; echo $? >&2; vpcjail check --json >/dev/full
