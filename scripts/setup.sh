#!/usr/bin/env bash
# Installs what is missing and builds build/release/gradcam. Seconds when nothing is missing.
#
#   scripts/setup.sh [--no-python] [--tests]
#
# System packages come from apt (Debian 12, Ubuntu 24.04; as root or with sudo), Python packages,
# LibTorch among them, go to .venv. To use another LibTorch:
#
#   CMAKE_PREFIX_PATH=/opt/libtorch scripts/setup.sh [--no-python]
#
# (remove build/release first if it was made with another one). --no-python leaves .venv out: enough
# to build and use the program, not to export or to run tests. --tests builds the tests as well, here
# and with the sanitizers in build/asan.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly packages=(
  ca-certificates ccache cmake g++ ninja-build pkg-config python3 python3-venv util-linux
  libcli11-dev libexif-dev libgmock-dev libgtest-dev libisal-dev libjpeg-dev
  libopencv-core-dev libopencv-imgcodecs-dev libopencv-imgproc-dev libspng-dev libssl-dev
  nlohmann-json3-dev
)
readonly test_packages=(parallel)
# The browser that tests open pages in. Ubuntu has it only as a snap; there these tests are skipped.
readonly debian_test_packages=(chromium chromium-driver fonts-dejavu-core)
readonly job_megabytes=1500 # what g++ needs for a file that includes LibTorch's JIT headers

# shellcheck source=scripts/python_environment.sh
. scripts/python_environment.sh

wanted_packages() {
  printf '%s\n' "${packages[@]}"
  [[ $with_tests == yes ]] || return 0
  printf '%s\n' "${test_packages[@]}"
  if [[ $(sed -n 's/^ID=//p' /etc/os-release) == debian ]]; then
    printf '%s\n' "${debian_test_packages[@]}"
  fi
}

missing_packages() {
  local package
  for package in $(wanted_packages); do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      printf '%s\n' "$package"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null ||
    fail "this system has no dpkg, so its packages cannot be installed" \
      "Debian 12 and Ubuntu 24.04 are supported; elsewhere install the packages named in $0 by hand"
  local missing
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "these packages are missing: ${missing[*]}" \
        "install them as root (apt-get install ...) or install sudo, then run this again"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
    fail "apt-get update failed"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${missing[@]}" >/dev/null || fail "apt-get install failed"
}

# As many compilers as there are cores and memory.
parallel_jobs() {
  local cores memory_kilobytes by_memory
  cores=$(nproc)
  memory_kilobytes=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
  by_memory=$((${memory_kilobytes:-0} / 1024 / job_megabytes))
  ((by_memory >= 1)) || by_memory=1
  printf '%s\n' $((cores < by_memory ? cores : by_memory))
}

# Tests are built only when asked for, or when they were before. The unit tests, which take half of
# the compiler's time, are built once, with the sanitizers.
build() {
  local preset=$1 tests=()
  if [[ $with_tests == yes ]]; then
    tests=(-DGRADCAM_BUILD_TESTS=ON -DGRADCAM_UNIT_TESTS=$([[ $preset == asan ]] && echo ON || echo OFF))
  elif [[ ! -f build/$preset/CMakeCache.txt ]]; then
    tests=(-DGRADCAM_BUILD_TESTS=OFF)
  fi
  cmake --preset "$preset" "${tests[@]}" >"build/.configure-$preset.log" 2>&1 || {
    cat "build/.configure-$preset.log" >&2
    fail "cmake could not configure build/$preset"
  }
  cmake --build --preset "$preset" --parallel "$(parallel_jobs)" ||
    fail "build/$preset could not be built"
}

with_python=yes
with_tests=no
for argument in "$@"; do
  case $argument in
    --no-python) with_python=no ;;
    --tests) with_tests=yes ;;
    -h | --help)
      sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
      exit 0
      ;;
    *) fail "unknown option '$argument'" "scripts/setup.sh --help" ;;
  esac
done

mkdir -p build
install_packages
requirements=(scripts/requirements.txt scripts/requirements-test.txt)
[[ $with_tests == no ]] || requirements+=(scripts/requirements-ray.txt)
[[ $with_python == no ]] || install_python_packages "${requirements[@]}"
build release
[[ $with_tests == no ]] || build asan
