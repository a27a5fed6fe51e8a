vpcjail run true >&-
