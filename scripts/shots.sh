#!/usr/bin/env bash
# Starts the program with the demo account on a free port, runs an npm script of web/ against it (shots, or timings), and stops it.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$(mktemp -d)
out="$data/out"
./bin/keruen serve --demo --data "$data" --listen 127.0.0.1:0 >"$out" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 100); do
  grep -q 'Demo sign-in' "$out" && break
  kill -0 "$pid" 2>/dev/null || { cat "$out" >&2; exit 1; }
  sleep 0.2
done
url=$(sed -n 's/.*is running: *//p' "$out")
email=$(sed -n 's/^Demo sign-in: *\([^ ]*\) .*/\1/p' "$out")
password=$(sed -n 's/^Demo sign-in:.*password //p' "$out")
cd web && npm run --silent "${1:-shots}" -- --base "$url" --email "$email" --password "$password"
