#!/usr/bin/env bash
# A list: explains the pictures below a folder that `find` chooses, while it is still searching. OUT may
# lie below the folder: it is not searched.
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

# -H: the folder may be a link. -samefile: OUT, however its path is spelt.
# --root: outputs stand below OUT as the pictures stand below the folder.
find -H "$folder" -samefile "$out/." -prune -o -type f "$@" -print0 |
  "$GRADCAM" --model "$model" --image @- --null --root "$folder" --output "$out"
