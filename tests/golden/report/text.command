COLUMNS=80 vpcjail report ./run
