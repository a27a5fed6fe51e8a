for n in "" . .hidden -x a/b "a b" "$(printf "a\\nb")"; do vpcjail profiles --new="$n" --from on-prem || echo $?; done
