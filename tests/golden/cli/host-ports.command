vpcjail show ./host-ports.yaml --as policy; vpcjail check ./host-ports.yaml | head -2; vpcjail show ./host-ports.yaml --as plan | grep -oE 'host port.*|tcp4_loopback .*|host.vpcjail.*'
