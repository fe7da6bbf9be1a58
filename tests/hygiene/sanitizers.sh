#!/usr/bin/env bash
# Runs the tests of the sanitizer build (address, undefined behaviour), where ./check has built it.
set -euo pipefail
if [ ! -f "$YUXIN_SOURCE_DIR/build/asan/CTestTestfile.cmake" ]; then
  echo "SKIPPED: build/asan is not built; ./check builds it"
  exit 77
fi
exec ctest --test-dir "$YUXIN_SOURCE_DIR/build/asan" -L '^(unit|contract|fuzz)$' -j "$(nproc)" --output-on-failure
