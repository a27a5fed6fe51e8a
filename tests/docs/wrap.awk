# SPDX-License-Identifier: GPL-2.0-or-later
# Text lines of an mdoc(7) page as mandoc wants them: a sentence on a line of its own, no line above 80 columns.
# Macros and literal blocks pass as they are.
function out(sentence,    count, words, i, line) {
  count = split(sentence, words, " ")
  line = words[1]
  for (i = 2; i <= count; i++) {
    # A word that begins with a dot or quote would be a macro at the start of a line.
    if (length(line) + 1 + length(words[i]) > 78 && words[i] !~ /^[.']/) {
      print line
      line = words[i]
    } else {
      line = line " " words[i]
    }
  }
  print line
}
/^\.Bd -literal/ { literal = 1 }
/^\.Ed/ { literal = 0 }
literal || /^\./ || /^$/ { flush_text(); print; next }
{ text = text (text == "" ? "" : " ") $0; if (!join) flush_text() }
function flush_text(    place) {
  while (match(text, /[A-Za-z0-9)][.?!] [A-Z]/)) {
    place = RSTART + RLENGTH - 2
    out(substr(text, 1, place - 1))
    text = substr(text, place + 1)
  }
  if (text != "") out(text)
  text = ""
}
END { flush_text() }
