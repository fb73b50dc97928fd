# CHANGELOG.md's items as Debian's changelog has them: stars, and lines of at most 78 columns.
function tell(item,    words, count, i, line) {
  count = split(item, words, " ")
  line = "  *"
  for (i = 1; i <= count; i++) {
    if (length(line) + 1 + length(words[i]) > 78) { print line; line = "   " }
    line = line " " words[i]
  }
  print line
}
/^# / || /^## / || /^$/ { next }
/^- / { if (item != "") tell(item); item = substr($0, 3); next }
{ item = item " " $0 }
END { if (item != "") tell(item) }
