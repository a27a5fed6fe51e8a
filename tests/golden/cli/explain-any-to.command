for prefix in 10.20.0.0/16 10.20.9.0/24 169.254.0.0/16 224.0.0.0/4 52.218.1.1 ::/0 0.0.0.0/0; do
  echo "== $prefix"
  vpcjail explain -p ./acl-narrow.yaml --any-to $prefix || echo "status $?"
  vpcjail explain -p sagemaker-vpc --any-to $prefix 2>/dev/null || echo "status $?"
done
