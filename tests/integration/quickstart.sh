#!/usr/bin/env bash
# ./quickstart must work from beginning to end, leave nothing running, keep its passphrase to itself, and refuse a folder that exists.
set -euo pipefail
[ "$YUXIN" -ef "$YUXIN_SOURCE_DIR/build/release/yuxin" ] || { echo "SKIPPED: quickstart builds the preset release"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
die() { echo "$1"; cat "$folder/out"; exit 1; }

"$YUXIN_SOURCE_DIR/quickstart" --lang en "$folder/city" >"$folder/out" 2>&1 </dev/null || die "quickstart failed"
for words in "portal.pem: good" "portal.pem: revoked" "keyCompromise" "To go on"; do
  grep -q "$words" "$folder/out" || die "quickstart did not say: $words"
done
[ "$(stat -c %a "$folder/city/passphrase")" = 600 ] || die "the passphrase can be read by others"
! pgrep -f "$folder/city" >/dev/null || die "something was left running"
build/release/yuxin --home "$folder/city/pki/online" --passphrase-file "$folder/city/passphrase" doctor >>"$folder/out" || die "the doctor is not content"

! "$YUXIN_SOURCE_DIR/quickstart" --lang en "$folder/city" >"$folder/out2" 2>&1 </dev/null || die "quickstart overwrote a folder"
grep -q "exists" "$folder/out2"

"$YUXIN_SOURCE_DIR/quickstart" --lang zh --serve "$folder/second" >"$folder/out" 2>&1 </dev/null &
quickstart=$!
for _ in $(seq 300); do grep -q "Ctrl-C" "$folder/out" && break; kill -0 $quickstart || die "quickstart --serve ended"; sleep 0.1; done
port=$(grep -o '127.0.0.1:[0-9]*' "$folder/out" | head -n 1)
curl -fs "http://$port/readyz" >/dev/null || die "the server does not stay up"
kill -TERM $quickstart
wait $quickstart || true
! curl -fs "http://$port/readyz" >/dev/null || die "stopping it left the server running"
