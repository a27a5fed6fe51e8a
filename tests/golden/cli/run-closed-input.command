vpcjail run true <&-
