#!/bin/sh
# Makes the Debian package of the program that was built: `make deb`. Leaves it in .build/deb.
set -eu
cd "$(dirname "$0")/.."
program=$PROGRAM
version=$("$program" --version)
architecture=$(dpkg --print-architecture)
out=.build/deb
root=$out/wiretale
rm -rf "$out"
mkdir -p "$root/DEBIAN" "$root/usr/share/doc/wiretale/examples" "$root/etc/wiretale"

# The program, its man page, completions and units, as `make install` puts them, in Debian's places.
DESTDIR="$root" PREFIX=/usr PROGRAM="$program" scripts/install.sh >/dev/null
mkdir -p "$root/usr/share/zsh/vendor-completions"
mv "$root/usr/share/zsh/site-functions/_wiretale" "$root/usr/share/zsh/vendor-completions/"
rmdir "$root/usr/share/zsh/site-functions"
gzip -9n "$root/usr/share/man/man1/wiretale.1"

"$program" daemon --example >"$root/etc/wiretale/wiretale.yaml"
install -D -m 644 packaging/logrotate "$root/usr/share/doc/wiretale/examples/logrotate"
install -m 644 packaging/copyright "$root/usr/share/doc/wiretale/copyright"
maintainer=$(sed -n 's/^Maintainer: //p' packaging/control)
{
  printf 'wiretale (%s) unstable; urgency=medium\n\n' "$version"
  awk -f packaging/changelog.awk CHANGELOG.md
  printf '\n -- %s  %s\n' "$maintainer" "$(LC_ALL=C date -R -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}")"
} | gzip -9n >"$root/usr/share/doc/wiretale/changelog.gz"
# A completion is read by the shell, not run.
sed -i '1{/^#!/d}' "$root/usr/share/bash-completion/completions/wiretale"
chmod 644 "$root/etc/wiretale/wiretale.yaml" "$root/usr/share/doc/wiretale/changelog.gz"

# dpkg-shlibdeps wants a source package around it.
mkdir -p "$out/debian"
printf 'Source: wiretale\n\nPackage: wiretale\nArchitecture: any\n' >"$out/debian/control"
depends=$(cd "$out" && dpkg-shlibdeps -O wiretale/usr/bin/wiretale 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo 'packaging: dpkg-shlibdeps found no dependencies' >&2; exit 1; }
# Packed relocations are read by glibc from 2.36 on; no symbol's version says so, as lld writes them.
if readelf -d "$program" | grep -q '(RELR)'; then
  depends=$(printf '%s' "$depends" | sed 's/libc6 (>= 2\.\([0-2][0-9]\|3[0-5]\))/libc6 (>= 2.36)/')
fi
size=$(du -k -s --exclude=DEBIAN "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" -e "s/@DEPENDS@/$depends/" \
  packaging/control >"$root/DEBIAN/control"
printf '/etc/wiretale/wiretale.yaml\n' >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "packaging/$script" "$root/DEBIAN/$script"; done
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
chmod 644 "$root/DEBIAN/md5sums" "$root/DEBIAN/conffiles" "$root/DEBIAN/control"
file=$out/wiretale_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$root" "$file" >/dev/null
echo "$file: $(stat -c %s "$file") octets packed, $((size / 1024)) MiB installed, needs $depends"
if command -v lintian >/dev/null 2>&1; then lintian --allow-root --fail-on error "$file"; fi
