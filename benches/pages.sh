#!/usr/bin/env bash
# Measures pages with many tasks, relative to /healthz in the same run. Requires Linux, curl and
# the release build: cargo build --release && benches/pages.sh [TASKS]
set -euo pipefail
cd "$(dirname "$0")/.."
tasks=${1:-100000}
program=$PWD/target/release/zayavka
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
export ZAYAVKA_LISTEN=127.0.0.1:18767 ZAYAVKA_TELEGRAM__MODE=off
site=http://127.0.0.1:18767

password=$("$program" demo --tasks "$tasks" 2>/dev/null | awk '{ print $NF }')
"$program" 2>/dev/null &
server=$!
until curl -fsS -o /dev/null "$site/readyz" 2>/dev/null; do :; done
curl -fsS -o /dev/null -c jar -H "origin: $site" --data-urlencode email=owner@example.com \
  --data-urlencode "password=$password" "$site/login"

# The median of 200 requests on one connection, in microseconds.
median() {
  for _ in $(seq 200); do printf 'url = "%s"\noutput = /dev/null\n' "$site$1"; done >urls
  curl -fsS -b jar -H 'accept-encoding: gzip' -K urls -w '%{time_total}\n' | sort -n |
    awk '{ all[NR] = $1 } END { printf "%d", all[int((NR + 1) / 2)] * 1000000 }'
}

echo "$tasks tasks, $(nproc) cores"
base=$(median /healthz)
printf '%-58s %8s %10s\n' page "ms" "x healthz"
printf '%-58s %8.2f %10s\n' /healthz "$(awk "BEGIN { print $base / 1000 }")" 1
for page in / '/?status=READY' '/?category=REPAIR&from=2026-01-01&to=2026-12-31' '/?employee=1' \
  '/?q=%D1%85%D0%BE%D0%BB%D0%BE%D0%B4%D0%B8%D0%BB' '/?q=900+123' '/?q=77777' /tasks/77777 /customers /board; do
  time=$(median "$page")
  awk "BEGIN { printf \"%-58s %8.2f %10.1f\n\", \"$page\", $time / 1000, $time / $base }"
done
first=0
for path in / $(curl -fsS -b jar "$site/" | grep -o '/assets/[^"]*' | sort -u); do
  first=$((first + $(curl -fsS -b jar -H 'accept-encoding: gzip' -o /dev/null -w '%{size_download}' "$site$path")))
done
echo "first load of /: $first bytes over the wire"
