# shellcheck shell=bash
# The virtual environment .venv, for the scripts that source this from the root of the tree.

readonly venv=.venv

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*"; }

fail() {
  printf '%s: error: %s\n' "$(basename "$0" .sh)" "$1" >&2
  [[ -z ${2:-} ]] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

# Changes when a pinned version or the interpreter does. One line for each of the files named.
python_state() {
  local file
  for file in "$@"; do
    {
      cat "$file" scripts/requirements-nodeps.txt scripts/constraints.txt
      python3 --version
    } | sha256sum | cut -d' ' -f1
  done
}

# Installs the packages that the requirements files name, and those of requirements-nodeps.txt, unless
# they have been installed.
install_python_packages() {
  python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' ||
    fail "$(python3 --version) is not one of Python 3.11 to 3.13" \
      "put a python3 of these versions first on PATH"
  local state
  state=$(python_state "$@")
  [[ ! -f $venv/.complete ]] || grep -qvxFf "$venv/.complete" <<<"$state" || return 0

  say "installing Python packages into $venv (LibTorch is 1 GB and more; minutes)"
  # An environment of another interpreter is replaced; of the same one, completed.
  if ! "$venv/bin/python3" -m pip --version >/dev/null 2>&1 ||
    [[ $("$venv/bin/python3" --version) != "$(python3 --version)" ]]; then
    python3 -m venv --clear "$venv" ||
      fail "python3 cannot make a virtual environment" "install its venv module (python3-venv)"
  fi
  local pip=("$venv/bin/python3" -m pip install --quiet --disable-pip-version-check) file
  local wanted=()
  for file in "$@"; do wanted+=(--requirement "$file"); done
  "${pip[@]}" --constraint scripts/constraints.txt "${wanted[@]}" ||
    fail "pip could not install the packages of $*"
  "${pip[@]}" --no-deps --requirement scripts/requirements-nodeps.txt ||
    fail "pip could not install the packages of scripts/requirements-nodeps.txt"
  printf '%s\n' "$state" >"$venv/.complete"
}
