#!/usr/bin/env bash
# Set-up, then every test: the unit tests, built with the sanitizers, first, then those of the program
# (release build), whose summary comes last. Goes through to the end and fails if either did.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh --tests

jobs=$(nproc)
status=0
ctest --preset asan --parallel "$jobs" || status=1
((status == 0)) || echo "test: unit tests failed under the sanitizers (see above)" >&2
ctest --preset release --parallel "$jobs" || status=1
exit $status
