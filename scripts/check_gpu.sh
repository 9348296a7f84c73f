#!/usr/bin/env bash
# Checks what needs a GPU: maps against the CPU's in every precision, batches, determinism, what
# happens when memory is short or float16 overflows, and speed. Prints one table and writes JSON;
# ends with 1 if a limit is missed. docs/cuda.md tells what the rows mean.
#
#   scripts/check_gpu.sh [--program FILE] [--device cuda:N] [--json FILE] [--networks NAME,...]
#   scripts/check_gpu.sh --rehearse [--fake FOLDER]
#
# --rehearse goes the same way without a GPU: the device is played by the CPU, through the plug-in
# that the tests build (build/release/tests/cuda/fake) and a release brings along. Speed is not judged
# then.
#
# Networks are exported, and pictures made, with the Python of .venv (scripts/setup.sh; in an unpacked
# release, scripts/setup_release.sh).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

case ${1:-} in
  -h | --help)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
    exit 0
    ;;
esac

python=$root/.venv/bin/python3
if [[ ! -x $python ]]; then
  printf 'check_gpu: error: there is no Python environment in %s\n' "$root/.venv" >&2
  printf 'hint: run scripts/setup.sh, or scripts/setup_release.sh in an unpacked release\n' >&2
  exit 2
fi
PYTHONPATH=$root/scripts exec "$python" -m gpu_check "$@"
