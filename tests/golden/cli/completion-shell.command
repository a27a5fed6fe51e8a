vpcjail completion tcsh
