#!/usr/bin/env bash
# Fails when the TypeScript client in web/src/api/gen is not the one that api/openapi.json gives.
set -euo pipefail
cd "$(dirname "$0")/../web"
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
npx --no-install openapi-ts --output "$fresh" >/dev/null
if ! diff -r "$fresh" src/api/gen >/dev/null; then
  echo "web/src/api/gen is old: make generate" >&2
  exit 1
fi
