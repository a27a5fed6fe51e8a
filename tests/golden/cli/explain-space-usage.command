try() { vpcjail explain "$@"; echo "status $?" >&2; }
try -p on-prem --any-to 10.0.0.1/8
try -p on-prem --any-to s3
try -p on-prem --any-to
try -p on-prem --any-to 10.0.0.0/8 --internet
try -p on-prem --any-to 10.0.0.0/8 tcp 10.0.0.1:443
try -p on-prem --internet --from 10.0.0.1
try -p on-prem --internet --reply
try -p on-prem --internet --file flows
try -p on-prem --internte
try -p no-such-profile --internet
