#!/usr/bin/env bash
# Fails when a C++ file is not what the pinned clang-format would write; --fix writes it.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=${CLANG_FORMAT:-clang-format-19}
mapfile -d '' -t files < <(git ls-files -z -c -o --exclude-standard '*.cpp' '*.hpp')
existing=()
for file in "${files[@]}"; do if [ -f "$file" ]; then existing+=("$file"); fi; done
[ "${#existing[@]}" -gt 0 ] || exit 0
if [ "${1:-}" = --fix ]; then exec "$tool" -i "${existing[@]}"; fi
if ! found=$(printf '%s\0' "${existing[@]}" | xargs -0 -n 20 -P "$(nproc)" "$tool" --dry-run -Werror 2>&1); then
  grep -oE '^[^:]+:[0-9]+' <<<"$found" | sort -u || echo "$found"
  echo "These lines are not as clang-format 19 writes them. Run: tests/hygiene/check_format.sh --fix"
  exit 1
fi
echo "format: ${#existing[@]} files"
