vpcjail diff ./acl-narrow.yaml ./acl-wide.yaml; echo "status $?"; vpcjail diff ./acl-wide.yaml ./acl-narrow.yaml --json
