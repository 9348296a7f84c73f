#!/usr/bin/env bash
# A list: explains the pictures below a folder that `find` chooses, while it is still searching. OUT may
# lie below the folder: nothing in it is chosen. One exception: with -follow and also -mindepth or
# -depth, results that find reaches through a link are chosen; they are failures then.
#
#   explain_list.sh MODEL FOLDER OUT FIND-EXPRESSION...
#   explain_list.sh model.pt /data/photos maps -newermt yesterday -iname '*.jpg'
#
# Any program can make such a list: paths that end in NUL (--null) or a line end, or CSV or lines of
# JSON that also give the true class (docs/cli.md).
set -euo pipefail

GRADCAM=${GRADCAM:-gradcam} # the program
model=${1:?MODEL is missing} folder=${2:?FOLDER is missing} out=${3:?OUT is missing}
shift 3

if [[ $folder -ef $out ]]; then
  echo "explain_list: OUT is FOLDER; give another one" >&2
  exit 2
fi
mkdir -p "$out" # find shall know it from the beginning
(($# == 0)) || set -- '(' "$@" ')'

# OUT as find spells it, if it lies below the folder, as a pattern: special characters are escaped.
folder=${folder%/}/
below=$folder$(realpath -m --relative-to="$folder" "$out")
pattern=$(sed 's/[][*?\\]/\\&/g' <<<"$below")/*

# -H: the folder may be a link. -samefile: OUT, however its path is spelt. ! -path: with -depth or
# -mindepth in the expression, -prune does nothing.
# --root: outputs stand below OUT as the pictures stand below the folder.
find -H "$folder" -samefile "$out/." -prune -o -type f ! -path "$pattern" "$@" -print0 |
  "$GRADCAM" --model "$model" --image @- --null --root "$folder" --output "$out"
