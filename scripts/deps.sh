#!/usr/bin/env bash
# Installs what tests need from Debian, if it is missing: a PostgreSQL server, Debian's mail and name servers as counterparts that are
# not ours, independent verifiers, and a browser. Services are installed but not started: tests start their own, on
# loopback, and stop them.
set -euo pipefail

packages=(postgresql postfix dovecot-imapd dovecot-lmtpd opendkim-tools postgrey rspamd nsd unbound ldnsutils python3 python3-dkim python3-openpyxl chromium git ca-certificates)

missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing: ${missing[*]}" >&2
    echo "Run as root: apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi

# No service starts by being installed: policy-rc.d says "not allowed" (101) while apt works. A policy that the machine has is kept.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
  "${root[@]}" chmod +x "$policy"
  trap '"${root[@]}" rm -f "$policy"' EXIT
fi

echo "Installing: ${missing[*]}"
install() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/tmp/keruen-deps.log 2>&1
}
# The lists of packages may be old or absent on a fresh machine.
if ! install; then
  "${root[@]}" apt-get update -qq
  install || { tail -n 20 /tmp/keruen-deps.log >&2; exit 1; }
fi
