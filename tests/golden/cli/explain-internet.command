for profile in network-isolation offline-training on-prem sagemaker-vpc sagemaker-vpc-isolated ../profile/*.txt; do
  echo "== $profile"
  vpcjail explain -p "$profile" --internet 2>/dev/null || echo "status $?"
done
