#!/bin/sh
# Puts the program, its man page, the shells' completions and the units in place, or takes them away (--remove).
set -eu
cd "$(dirname "$0")/.."
root="${DESTDIR:-}${PREFIX:-/usr/local}"
bash="$root/share/bash-completion/completions/wiretale"
zsh="$root/share/zsh/site-functions/_wiretale"
fish="$root/share/fish/vendor_completions.d/wiretale.fish"
man="$root/share/man/man1/wiretale.1"

if [ "${1:-}" = --remove ]; then
  rm -f "$root/bin/wiretale" "$man" "$bash" "$zsh" "$fish"
  for unit in systemd/*.service; do
    [ -e "$unit" ] && rm -f "$root/lib/systemd/system/$(basename "$unit")"
  done
  rm -f "$root/lib/sysusers.d/wiretale.conf" "$root/lib/tmpfiles.d/wiretale.conf"
  exit 0
fi

install -s -D -m 755 "$PROGRAM" "$root/bin/wiretale"
install -D -m 644 man/wiretale.1 "$man"
for shell in bash zsh fish; do
  eval "file=\$$shell"
  mkdir -p "$(dirname "$file")"
  "$PROGRAM" --generate-completion-script "$shell" > "$file"
  chmod 644 "$file"
done
for unit in systemd/*.service; do
  [ -e "$unit" ] || continue
  file="$root/lib/systemd/system/$(basename "$unit")"
  mkdir -p "$(dirname "$file")"
  sed "s|/usr/local/bin/|${PREFIX:-/usr/local}/bin/|" "$unit" > "$file"
  chmod 644 "$file"
done
install -D -m 644 systemd/wiretale.sysusers "$root/lib/sysusers.d/wiretale.conf"
install -D -m 644 systemd/wiretale.tmpfiles "$root/lib/tmpfiles.d/wiretale.conf"
echo "installed in $root"
