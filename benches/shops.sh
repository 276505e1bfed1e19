#!/usr/bin/env bash
# Starts many shops on this machine, each with a demo database of its own, and measures their memory and their starts.
# Requires only Linux and the release build: cargo build --release && benches/shops.sh [SHOPS] [TASKS]
set -euo pipefail
cd "$(dirname "$0")/.."
shops=${1:-20}
tasks=${2:-1000}
program=$PWD/target/release/zayavka
# On the disk: where /tmp is memory, the databases would count as memory.
work=$(mktemp -d "$PWD/target/shops.XXXXXX")
servers=()
stop() {
  [ "${#servers[@]}" = 0 ] || kill "${servers[@]}" 2>/dev/null || true
  wait
}
trap 'stop; rm -rf "$work"' EXIT
export ZAYAVKA_TELEGRAM__MODE=off

milliseconds() { date +%s%3N; }
ready() { exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && grep -q '^ready' <&3; }
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
# Sums a value of each server's memory in KiB, of /proc/PID/smaps_rollup.
memory() { awk -v name="$1:" '$1 == name { sum += $2 } END { print sum }' "${servers[@]/%//smaps_rollup}"; }

for shop in $(seq "$shops"); do
  mkdir "$work/$shop"
  (cd "$work/$shop" && "$program" demo --tasks "$tasks" >/dev/null 2>&1)
done

start() {
  cd "$work/$1"
  ZAYAVKA_LISTEN=127.0.0.1:$((18800 + $1)) exec "$program" 2>"$work/$1/log"
}

single=()
for shop in $(seq "$shops"); do
  from=$(milliseconds)
  start "$shop" &
  servers+=($!)
  until (ready $((18800 + shop))) 2>/dev/null; do :; done
  single+=($(($(milliseconds) - from)))
done
cd /proc
pss=$(memory Pss)
rss=$(memory Rss)
cd - >/dev/null
stop
servers=()

from=$(milliseconds)
for shop in $(seq "$shops"); do
  start "$shop" &
  servers+=($!)
done
for shop in $(seq "$shops"); do
  until (ready $((18800 + shop))) 2>/dev/null; do :; done
done
together=$(($(milliseconds) - from))

# Each shop answers the page for signing in, one after the other, ten times.
from=$(milliseconds)
for _ in $(seq 10); do
  for shop in $(seq "$shops"); do
    (exec 3<>"/dev/tcp/127.0.0.1/$((18800 + shop))" && printf 'GET /login HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && grep -q '200 OK' <&3)
  done
done
answers=$(($(milliseconds) - from))
cd /proc
busy=$(memory Pss)
cd - >/dev/null

echo "machine:          $(nproc) cores, $(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB of memory"
echo "shops:            $shops, each with $tasks tasks, $(du -sm "$work" | cut -f 1) MB on the disk"
echo "start to ready:   $(printf '%s\n' "${single[@]}" | median) ms (median, one after the other); all at once $together ms"
echo "memory:           $((pss / 1024)) MiB (Pss), $((rss / 1024)) MiB (Rss), all shops together, idle"
echo "after 10 pages:   $((busy / 1024)) MiB (Pss), all shops together; a page took $((answers / 10 / shops)) ms"
