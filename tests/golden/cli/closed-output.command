vpcjail --version >&-; echo $? >&2; vpcjail show --as nft >&-
