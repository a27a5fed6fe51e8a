vpcjail help chek
