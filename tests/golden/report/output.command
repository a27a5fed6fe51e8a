vpcjail report ./run --html -o "$HOME/page.html"; vpcjail report ./run --html | cmp - "$HOME/page.html" && wc -l <"$HOME/page.html"
