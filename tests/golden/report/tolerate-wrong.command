cd "$HOME"; printf -- "- {destination: [1]}\n" >wrong.yaml; vpcjail report "$OLDPWD/run" --tolerate wrong.yaml
