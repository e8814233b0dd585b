"""Reads a letter as a stranger would: Python's own mail parser and dkimpy, nothing of Keruen's.

Usage: verify.py RECORDS < letter
RECORDS is a JSON object of DNS names (without the last dot) to TXT values.
Prints a JSON object: dkim (true when every signature verifies), signed (header names covered by the
first signature), headers, parts (type and decoded text), defects (what the parser found wrong).
"""
import email
import email.policy
import json
import sys

import dkim

records = json.loads(sys.argv[1]) or {}
raw = sys.stdin.buffer.read()


def txt(name, timeout=5):
    value = records.get(name.decode().rstrip("."))
    return value.encode() if value else None


message = email.message_from_bytes(raw, policy=email.policy.default)
verifier = dkim.DKIM(raw)


def holds(index):
    try:
        return verifier.verify(idx=index, dnsfunc=txt)
    except dkim.DKIMException:
        return False


signatures = len(message.get_all("DKIM-Signature", []))
verified = signatures > 0 and all(map(holds, range(signatures)))
leaves = [part for part in message.walk() if not part.is_multipart()]
defects = [str(d) for part in message.walk() for d in part.defects]
tag = dkim.util.parse_tag_value(message["DKIM-Signature"].encode()) if signatures else {}
print(json.dumps({
    "dkim": verified,
    "signed": [h.strip().lower() for h in tag.get(b"h", b"").decode().split(":") if h.strip()],
    "headers": {name.lower(): str(value) for name, value in message.items()},
    "root": message.get_content_type(),
    "parts": [{"type": p.get_content_type(), "text": p.get_content()} for p in leaves if p.get_content_maintype() == "text"],
    "defects": defects,
    "longest": max(len(line) for line in raw.replace(b"\r\n", b"\n").split(b"\n")),
}))
