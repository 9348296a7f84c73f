#!/usr/bin/env bash
# A folder: explains every picture in it and makes a page to look through, OUT/report.html.
#
#   explain_folder.sh MODEL FOLDER OUT [OPTIONS of gradcam]
#
# May be ended and started again at any time: what is done is not done twice. A picture that fails
# stops nothing; the script then ends with 1, and OUT/run.json names it.
set -euo pipefail

GRADCAM=${GRADCAM:-gradcam} # the program
model=${1:?MODEL is missing} folder=${2:?FOLDER is missing} out=${3:?OUT is missing}
shift 3

status=0
"$GRADCAM" --model "$model" --image "$folder" --output "$out" --resume "$@" || status=$?
((status <= 1)) || exit "$status" # 2: nothing was done, 130: interrupted
"$GRADCAM" report "$out"
exit "$status"
