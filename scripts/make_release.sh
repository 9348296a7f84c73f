#!/usr/bin/env bash
# Makes gradcam-VERSION-linux-x86_64.tar.gz of a finished build: program, library, plug-ins, headers,
# documentation, the scripts that use them, and the libraries of this system that they need. LibTorch
# is not in it: scripts/setup_release.sh installs it where the release is unpacked.
#
#   scripts/make_release.sh [--build build/release] [--output build]
#
# The build has its tests (scripts/setup.sh --tests): one of them plays the GPU in rehearsals.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/python_environment.sh
. scripts/python_environment.sh

readonly scripts=(
  bench check_gpu.sh constraints.txt examples export_model.py gpu_check gradcam_cluster gradcam_export
  gradcam_ray.py python_environment.sh requirements-nodeps.txt requirements-ray.txt requirements.txt
  setup_release.sh
)
# Of every system; their versions belong to its kernel and compiler.
readonly of_system='/(ld-linux.*|lib(c|m|dl|pthread|rt|util|resolv|stdc\+\+|gcc_s))\.so'

cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

install_build() {
  local component
  for component in Unspecified rehearsal; do
    cmake --install "$build" --prefix "$release" --component "$component" --strip >/dev/null ||
      fail "the build in '$build' cannot be installed" "build it first: scripts/setup.sh --tests"
  done
  [[ -e $release/lib/gradcam/rehearsal/libgradcam_cuda.so ]] ||
    fail "the build in '$build' has no tests" "scripts/setup.sh --tests"
}

# The package that `file` came with, and so its licence.
package_of() {
  local file
  file=$(realpath "$1")
  { dpkg-query -S "$file" || dpkg-query -S "${file#/usr}"; } 2>/dev/null | head -1 | cut -d: -f1
}

bundle_libraries() {
  local bundled=$release/lib/gradcam/bundled licences=$release/share/doc/gradcam/licences
  local library package
  mkdir -p "$bundled" "$licences"
  while read -r library; do
    cp --dereference "$library" "$bundled/"
    package=$(package_of "$library")
    cp "/usr/share/doc/$package/copyright" "$licences/$package" ||
      fail "there is no licence of '$library' (package '$package')"
  done < <(ldd "$build/gradcam" | awk '$3 ~ /^\/(usr\/)?lib\// {print $3}' | grep -vE "$of_system")
}

copy_sources() {
  local script
  cp -r docs CHANGELOG.md LICENSE README.md THIRD_PARTY_NOTICES.md "$release/"
  mkdir "$release/scripts"
  for script in "${scripts[@]}"; do cp -r "scripts/$script" "$release/scripts/"; done
  find "$release/scripts" -name __pycache__ -prune -exec rm -r {} +
  # Where the scripts look for cards and write networks, and the program finds both.
  ln -s share/gradcam/models "$release/models"
}

build=build/release
output=build
while (($#)); do
  case $1 in
    --build | --output)
      (($# > 1)) || fail "'$1' needs a folder"
      [[ $1 == --build ]] && build=$2 || output=$2
      shift 2
      ;;
    -h | --help)
      sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
      exit 0
      ;;
    *) fail "unknown option '$1'" "scripts/make_release.sh --help" ;;
  esac
done
[[ -f $build/CMakeCache.txt ]] || fail "there is no build in '$build'" "scripts/setup.sh --tests"

name=gradcam-$(cached CMAKE_PROJECT_VERSION)-linux-$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
release=$work/$name
install_build
bundle_libraries
copy_sources
mkdir -p "$output"
tar --create --gzip --file "$output/$name.tar.gz" --directory "$work" --sort=name --owner=0 --group=0 \
  --numeric-owner "$name"
say "$output/$name.tar.gz"
