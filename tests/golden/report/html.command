vpcjail report ./run --html
