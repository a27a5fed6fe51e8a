vpcjail report ./run/profile.yaml
