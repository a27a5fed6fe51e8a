vpcjail show --prfoile x
