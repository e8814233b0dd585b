#!/usr/bin/env bash
# Installs what tests need from Debian, if it is missing: a PostgreSQL server, Debian's mail and name servers as counterparts that are
# not ours, independent verifiers, and a browser. Services are installed but not started: tests start their own, on
# loopback, and stop them.
set -euo pipefail

packages=(postgresql postfix dovecot-imapd dovecot-lmtpd opendkim opendkim-tools postgrey rspamd swaks libnet-ssleay-perl libidn12 libgnutls-dane0 nsd unbound ldnsutils python3 python3-dkim python3-openpyxl chromium git ca-certificates)

missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p")
done
# Exim and Postfix exclude each other as packages, so Exim's program alone is unpacked beside (without its set-user-ID bit), and gets
# the user whose name is built into it. Its libraries are among the packages.
exim=/usr/lib/keruen-test/exim4
if [ ${#missing[@]} -eq 0 ] && [ -x "$exim" ]; then
  exit 0
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These are missing: ${missing[*]:-} $exim" >&2
    echo "Run scripts/deps.sh as root" >&2
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

log=/tmp/keruen-deps.log
echo "Installing: ${missing[*]:-Exim}"
fetch() {
  [ ${#missing[@]} -eq 0 ] || "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >"$log" 2>&1 || return 1
  [ -x "$exim" ] || unpack_exim >>"$log" 2>&1
}
unpack_exim() {
  local dir
  dir=$(mktemp -d)
  chmod 755 "$dir"
  (cd "$dir" && apt-get download -qq exim4-daemon-light && dpkg-deb -x exim4-daemon-light_*.deb .) || return 1
  getent passwd Debian-exim >/dev/null || "${root[@]}" useradd --system --no-create-home --user-group --shell /usr/sbin/nologin Debian-exim || return 1
  "${root[@]}" install -D -m 755 "$dir/usr/sbin/exim4" "$exim" || return 1
  rm -rf "$dir"
}
# The lists of packages may be old or absent on a fresh machine.
if ! fetch; then
  "${root[@]}" apt-get update -qq
  fetch || { tail -n 20 "$log" >&2; exit 1; }
fi
