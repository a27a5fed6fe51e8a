for name in "" 1st -x "a b" "a/b" "é" .a "$(printf '%064d' 0 | tr 0 a)"; do vpcjail run --name "$name" -- true || echo $?; done
