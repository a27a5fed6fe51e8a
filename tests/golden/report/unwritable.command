vpcjail report ./run -o ./no-such-folder/page.html
