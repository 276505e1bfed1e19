#!/usr/bin/env bash
# Measures the size of the program, its start on an existing database, and its idle memory.
# Requires only Linux and the release build: cargo build --release && benches/footprint.sh [TASKS]
set -euo pipefail
cd "$(dirname "$0")/.."
tasks=${1:-100000}
program=$PWD/target/release/zayavka
work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  fi
}
trap 'stop; rm -rf "$work"' EXIT
cd "$work"
export ZAYAVKA_LISTEN=127.0.0.1:18766

milliseconds() { date +%s%3N; }
ready() { exec 3<>/dev/tcp/127.0.0.1/18766 && printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && grep -q '^ready' <&3; }

from=$(milliseconds)
"$program" demo --tasks "$tasks" >/dev/null 2>&1
filled=$(($(milliseconds) - from))

starts=()
for _ in 1 2 3 4 5; do
  from=$(milliseconds)
  "$program" 2>/dev/null &
  server=$!
  until (ready) 2>/dev/null; do :; done
  starts+=($(($(milliseconds) - from)))
  memory=$(awk '/^VmRSS/ { print $2 }' "/proc/$server/status")
  stop
done
start=$(printf '%s\n' "${starts[@]}" | sort -n | sed -n 3p)

echo "machine:        $(nproc) cores, $(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB of memory"
echo "binary:         $(($(stat -c %s "$program") / 1000)) kB"
echo "demo:           $tasks tasks in $filled ms"
echo "start to ready: $start ms (median of five, on those tasks)"
echo "idle memory:    $memory kB resident"
