vpcjail show --as nfft
