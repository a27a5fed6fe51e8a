for words in "train1" "0" "65536" "80:" ":80" "80:x" "train1 80 http" "-1"; do vpcjail forward $words || echo $?; done
