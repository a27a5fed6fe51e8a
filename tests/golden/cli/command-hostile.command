vpcjail "$(printf 'a\033[31mb\nc')"
