#!/usr/bin/env bash
# Formats the C++ sources in place; with --check only tells which differ and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v clang-format-19 >/dev/null || {
  echo "format: error: clang-format-19 is missing" >&2
  echo "hint: apt-get install clang-format-19 (other versions format differently)" >&2
  exit 1
}

case ${1:-} in
  '') mode=(-i) ;;
  --check) mode=(--dry-run -Werror) ;;
  *)
    echo "usage: scripts/format.sh [--check]" >&2
    exit 2
    ;;
esac
find src include tests -name '*.cc' -print0 -o -name '*.h' -print0 |
  xargs -0 -r clang-format-19 "${mode[@]}"
