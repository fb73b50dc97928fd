#!/bin/sh
# Installs what building (`build`) or testing (`test`) needs and is not there yet. Debian 12, Ubuntu 22.04 and later.
set -eu

if ! command -v "${SWIFT:-swift}" >/dev/null 2>&1; then
  echo 'wiretale: no Swift toolchain: install Swift 6.3 or later from https://www.swift.org/install/linux and put it on PATH' >&2
  exit 1
fi

build='libpcap-dev:/usr/include/pcap/pcap.h libsqlite3-dev:/usr/include/sqlite3.h'
tests='tcpdump:tcpdump tshark:tshark xz-utils:xz zstd:zstd gzip:gzip iproute2:ip ethtool:ethtool python3:python3 man-db:man libcap2-bin:setcap nginx-light:nginx curl:curl valgrind:valgrind'

want=
case "${1:-build}" in
  build) list=$build ;;
  test) list="$build $tests" ;;
  deb) list='dpkg-dev:dpkg-shlibdeps gzip:gzip' ;;
  container) list='systemd-container:systemd-nspawn debootstrap:debootstrap iproute2:ip' ;;
  *) echo 'usage: needs.sh build|test|deb|container' >&2; exit 2 ;;
esac
for entry in $list; do
  thing=${entry#*:}
  case $thing in
    /*) [ -e "$thing" ] || want="$want ${entry%%:*}" ;;
    *) PATH="$PATH:/usr/sbin:/sbin" command -v "$thing" >/dev/null 2>&1 || want="$want ${entry%%:*}" ;;
  esac
done
[ -n "$want" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "wiretale: missing:$want: install them with this system's package manager" >&2
  exit 1
fi
sudo=
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "wiretale: missing:$want: as root, run: apt-get install$want" >&2
    exit 1
  fi
  sudo=sudo
fi
echo "installing:$want"
export DEBIAN_FRONTEND=noninteractive
# What is installed for the tests need not be started.
export RUNLEVEL=1
# shellcheck disable=SC2086
{ $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $want; } >/dev/null
