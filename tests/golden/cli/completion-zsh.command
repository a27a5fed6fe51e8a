vpcjail completion zsh
