#!/usr/bin/env bash
# Makes an unpacked release ready: installs LibTorch, and what the scripts need, into .venv, and
# points the program to it. Needs Python 3.11 to 3.13 with its venv module, and the net.
#
#   scripts/setup_release.sh [--venv FOLDER]
#
# --venv uses a virtual environment that has the packages of scripts/requirements.txt already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/python_environment.sh
. scripts/python_environment.sh

use_environment() {
  [[ -x $1/bin/python3 ]] || fail "there is no virtual environment in '$1'"
  [[ ! -d $venv || -L $venv ]] || fail "'$venv' is there already" "remove it first"
  ln -sfn "$(realpath "$1")" "$venv"
}

# A relative link: the folder may be moved as a whole.
point_to_libtorch() {
  local torch
  torch=$("$venv/bin/python3" -c \
    'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])') ||
    fail "there is no PyTorch in $venv"
  ln -sfn "$(realpath --no-symlinks --relative-to=lib/gradcam "$torch")" lib/gradcam/libtorch
}

[[ ${1:-} != -h && ${1:-} != --help ]] || {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
  exit 0
}
[[ -x bin/gradcam ]] || fail "this is no unpacked release" "scripts/setup.sh builds the sources"
case $# in
  0) install_python_packages scripts/requirements.txt ;;
  2) [[ $1 == --venv ]] || fail "unknown option '$1'" "scripts/setup_release.sh --help"
     use_environment "$2" ;;
  *) fail "what is '$*'?" "scripts/setup_release.sh --help" ;;
esac
point_to_libtorch
bin/gradcam --version >/dev/null || fail "the program does not run here" "ldd bin/gradcam tells why"
say "bin/gradcam is ready"
