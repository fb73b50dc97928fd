#!/bin/sh
# The Debian package in a container that systemd boots: installed, started, fed with traffic between two
# namespaces, asked, reloaded, killed while it writes, given a full disk, started twice, upgraded, removed, purged.
# Where no container can be booted it says so and why, and fails nothing. KEEP=1 leaves the container's folder.
set -eu
cd "$(dirname "$0")/.."

cannot() {
  echo "container: not tested here: $*"
  exit 0
}
[ "$(id -u)" = 0 ] || cannot 'it takes root'
scripts/needs.sh container || cannot 'systemd-nspawn and debootstrap could not be installed'
package=$(ls .build/deb/wiretale_*.deb 2>/dev/null | head -1)
[ -n "$package" ] || { echo 'container: no package: make deb' >&2; exit 1; }

base=$PWD/.build/container
root=$base/root
if [ ! -e "$base/made" ]; then
  rm -rf "$base"
  mkdir -p "$base"
  debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,dbus,iproute2,libpcap0.8,libsqlite3-0,procps,python3,sqlite3,zstd \
    "${SUITE:-bookworm}" "$root" >"$base/debootstrap.log" 2>&1 || cannot "debootstrap: $(tail -1 "$base/debootstrap.log")"
  cp -a "$root" "$base/clean"
  : >"$base/made"
fi
rm -rf "$root"
cp -a "$base/clean" "$root"
cp "$package" "$root/wiretale.deb"
cp scripts/container-traffic.py "$root/traffic.py"
# Runs a line of shell until it succeeds, for half a minute at most.
cat >"$root/usr/bin/eventually" <<'END'
#!/bin/sh
for _ in $(seq 150); do sh -c "$1" && exit 0; sleep 0.2; done 2>/dev/null
sh -c "$1"
END
chmod 755 "$root/usr/bin/eventually"

systemd-nspawn -q -D "$root" -M "wiretale-$$" --register=no --keep-unit --private-network -b \
  >"$base/boot.log" 2>&1 </dev/null &
nspawn=$!
finish() {
  [ -n "${leader:-}" ] && kill -s RTMIN+4 "$leader" 2>/dev/null || true
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 $nspawn 2>/dev/null || break; sleep 0.5; done
  kill $nspawn 2>/dev/null || true
  wait $nspawn 2>/dev/null || true
  [ -n "${KEEP:-}" ] || rm -rf "$root"
}
trap finish EXIT
trap 'exit 1' INT TERM
leader=
for _ in $(seq 60); do
  leader=$(ps -o pid= --ppid $nspawn 2>/dev/null | tr -d ' ' | head -1)
  kill -0 $nspawn 2>/dev/null || cannot "systemd-nspawn: $(tail -1 "$base/boot.log")"
  if [ -n "$leader" ] && in_state=$(nsenter -t "$leader" -a systemctl is-system-running 2>/dev/null); then break; fi
  [ "${in_state:-}" = degraded ] && break
  sleep 0.5
done
case ${in_state:-} in running | degraded) ;; *) cannot "the container did not boot: $(tail -1 "$base/boot.log")" ;; esac

inside() { nsenter -t "$leader" -a env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }
failed=0
check() { # WHAT COMMAND…
  what=$1
  shift
  if "$@" >"$base/said" 2>&1; then
    echo "  ok: $what"
  else
    echo "  FAILED: $what"
    sed 's/^/      /' "$base/said" | tail -5
    failed=1
  fi
}
sh_inside() { inside sh -c "$1"; }
store=/var/lib/wiretale/flows.db
flows() { inside wiretale history --json --where "resp_p == $1" | grep -c '"proto":"tcp"' || true; }

echo "container: $(inside sh -c '. /etc/os-release; echo $PRETTY_NAME'), systemd $(inside systemctl --version | sed -n '1s/systemd \([0-9]*\).*/\1/p')"
check 'the package installs' inside dpkg -i /wiretale.deb
check 'the user and folders are there' sh_inside 'id wiretale && [ "$(stat -c %U:%a /var/lib/wiretale)" = wiretale:750 ]'
check 'the unit rates 2.0 or better' sh_inside \
  'systemd-analyze security --no-pager wiretale.service | tee /dev/stderr | sed -n "s/.*exposure level.*: \([0-9.]*\).*/\1/p" | awk "{ exit !(\$1 != \"\" && \$1 <= 2.0) }"'
sh_inside 'sed -i "s/interfaces: .*/interfaces: [\"wt*\"]/; s/severity: error/severity: warning/; s/linger: .*/linger: 100ms/" /etc/wiretale/wiretale.yaml'
check 'the settings are sound' inside wiretale daemon --check
check 'a wrong setting is told by key and line' sh_inside \
  'printf "log:\n  keep: many\n" >/tmp/bad.yaml; wiretale daemon --check --config /tmp/bad.yaml 2>&1 | grep -q "bad.yaml:2: log.keep: many"'
check 'the service starts' inside systemctl enable --now wiretale
check 'two namespaces appear while it runs' inside python3 /traffic.py namespaces
check 'the new interface is taken up' inside eventually 'systemctl status wiretale | grep -q "1 of 1 captures open"'

check 'traffic of 2000 connections' inside python3 /traffic.py connections 7001 2000
check 'history finds every flow of it' inside eventually '[ "$(wiretale history --json --where "resp_p == 7001" | wc -l)" = 2000 ]'
check 'the log has every flow of it' inside eventually '[ "$(grep "\"record\":\"flow\"" /var/log/wiretale/flows.ndjson | grep -c "\"resp_p\":7001,")" = 2000 ]'
check 'a refused connection leaves its frames' sh_inside \
  'python3 /traffic.py refused 7999; eventually "wiretale history --json --where \"resp_p == 7999\" | grep -q uid"; uid=$(wiretale history --json --where "resp_p == 7999" | sed -n "s/.*\"uid\":\"\(F[0-9]*\)\".*/\1/p" | head -1); wiretale history --pcap "$uid" | wiretale -r - | tee /dev/stderr | grep -q "7999: Flags \[S\]"'

check 'SIGHUP reads the settings again' sh_inside \
  'sed -i "s/keep: 14/keep: 9/" /etc/wiretale/wiretale.yaml; systemctl reload wiretale; eventually "journalctl -u wiretale | grep -q \"read the settings again: 1 changed\"" && systemctl is-active wiretale'
check 'a second instance is refused in a line' sh_inside \
  'runuser -u wiretale -- wiretale daemon 2>&1 | tee /dev/stderr | grep -c "" | grep -q "^1$" && runuser -u wiretale -- wiretale daemon 2>&1 | grep -q "another instance is running"'
check 'SIGUSR2 begins another log file' sh_inside \
  'systemctl kill -s USR2 --kill-who=main wiretale; eventually "ls /var/log/wiretale | grep -q flows.ndjson-2"'

# Killed while it writes: what ended a second before is there, and the file is sound.
inside sh -c 'python3 /traffic.py steady 7002 6 >/tmp/ended 2>/dev/null' &
steady=$!
sleep 4
inside systemctl kill -s KILL wiretale
inside date +%s.%N >"$base/killed"
check 'killed while it writes, the store is sound' sh_inside "[ \"\$(sqlite3 $store 'PRAGMA integrity_check')\" = ok ]"
inside sh -c "sqlite3 $store 'select max(end) from flows where resp_p = 7002'" >"$base/last" || true
check "at most a second is lost" awk -v killed="$(cat "$base/killed")" -v last="$(cat "$base/last")" \
  'BEGIN { gap = killed - last / 1e9; printf "%.2f s\n", gap; exit !(gap >= 0 && gap < 1.3) }'
echo "      between the last stored flow and the kill: $(cat "$base/said")"
check 'it is started again by systemd and goes on' inside eventually 'systemctl is-active wiretale && systemctl status wiretale | grep -q "1 of 1 captures open"'
wait $steady || true
check 'traffic after that is found' sh_inside \
  'python3 /traffic.py connections 7003 50; eventually "[ \$(wiretale history --json --where \"resp_p == 7003\" | wc -l) = 50 ]"'

# A full disk: the store's folder on a small file system.
inside systemctl stop wiretale
sh_inside 'mkdir -p /run/systemd/system/wiretale.service.d; printf "[Service]\nReadWritePaths=/small\n" >/run/systemd/system/wiretale.service.d/small.conf; systemctl daemon-reload; mkdir /small; mount -t tmpfs -o size=4m tmpfs /small; chown wiretale /small; sed -i "s|path: /var/lib/wiretale/flows.db|path: /small/flows.db|" /etc/wiretale/wiretale.yaml; systemctl start wiretale'
check 'a full disk is told in one line' sh_inside \
  'head -c 8m /dev/zero >/small/filler 2>/dev/null; python3 /traffic.py connections 7004 300; eventually "journalctl -u wiretale -o cat | grep -q \"store: /small/flows.db: no room\""; sleep 4; [ "$(journalctl -u wiretale -o cat | grep -c "store: /small/flows.db: no room")" = 1 ]'
check 'it goes on when there is room, and nothing is lost' sh_inside \
  'rm /small/filler; eventually "journalctl -u wiretale -o cat | grep -q \"store: /small/flows.db: written again\"" && eventually "[ \$(wiretale history --store /small/flows.db --json --where \"resp_p == 7004\" | wc -l) = 300 ]"'
check 'a read-only disk is told in one line' sh_inside \
  'systemctl stop wiretale; mount -o remount,ro /small; systemctl start wiretale; python3 /traffic.py connections 7005 20; sleep 3; journalctl -u wiretale -o cat | tail -20 | grep "store: /small/flows.db" | tee /dev/stderr | grep -vc "room\|again" | grep -q "^1$"'
check 'the capture went on meanwhile' inside eventually '[ "$(grep -h "\"resp_p\":7005," /var/log/wiretale/flows.ndjson | wc -l)" = 20 ]'
sh_inside 'systemctl stop wiretale; umount /small; sed -i "s|path: /small/flows.db|path: /var/lib/wiretale/flows.db|" /etc/wiretale/wiretale.yaml; rm -r /run/systemd/system/wiretale.service.d; systemctl daemon-reload'
check 'a damaged store is set aside and told in one line' sh_inside \
  "cp $store /tmp/kept.db; head -c 100000 /dev/urandom >$store; rm -f $store-wal $store-shm; systemctl start wiretale; eventually 'journalctl -u wiretale -o cat | grep -q damaged'; systemctl is-active wiretale && [ \"\$(journalctl -u wiretale -o cat | grep -c 'damaged')\" = 1 ] && ls $store.damaged-*"
sh_inside "systemctl stop wiretale; cp /tmp/kept.db $store; chown wiretale $store; rm -f $store.damaged-*; systemctl start wiretale"
check 'an interface that vanishes is told, and taken up again' sh_inside \
  'python3 /traffic.py vanish; eventually "journalctl -u wiretale -o cat | tail -5 | grep -q \"waited for\""; python3 /traffic.py namespaces; sleep 4; eventually "systemctl status wiretale | grep -q \"1 of 1 captures open\""; python3 /traffic.py connections 7006 10; eventually "[ \$(wiretale history --json --where \"resp_p == 7006\" | wc -l) = 10 ]"'

before=$(flows 7001)
check 'an upgrade keeps data and settings, and the service runs' sh_inside \
  'dpkg -i /wiretale.deb && eventually "systemctl is-active wiretale" && grep -q "keep: 9" /etc/wiretale/wiretale.yaml'
check "all $before flows are still there" test "$(flows 7001)" = "$before" -a "$before" = 2000
check 'removing it stops the service and keeps the data' sh_inside \
  "dpkg -r wiretale && ! systemctl is-active wiretale && [ -e $store ] && [ -e /etc/wiretale/wiretale.yaml ] && [ ! -e /usr/bin/wiretale ]"
check 'purging it takes everything' sh_inside \
  'dpkg -P wiretale && [ ! -e /var/lib/wiretale ] && [ ! -e /var/log/wiretale ] && [ ! -e /etc/wiretale ]'
[ $failed = 0 ] && echo 'container: everything held' || echo 'container: not everything held'
exit $failed
