#!/usr/bin/env bash
# A class of interest: where does the network see it, in every picture of a folder? Writes the maps
# of that class, and OUT/class.csv with its probability in each picture, the largest first.
#
#   explain_class.sh MODEL CLASS FOLDER OUT [OPTIONS of gradcam]
#   explain_class.sh efficientnet_lite0 'Egyptian cat' photos cats
set -euo pipefail

GRADCAM=${GRADCAM:-gradcam} # the program
here=$(dirname "${BASH_SOURCE[0]}")
model=${1:?MODEL is missing} class=${2:?CLASS is missing}
folder=${3:?FOLDER is missing} out=${4:?OUT is missing}
shift 4

status=0
"$GRADCAM" --model "$model" --image "$folder" --output "$out" --class "$class" "$@" || status=$?
((status <= 1)) || exit "$status" # 2: nothing was done, 130: interrupted
"$here/results_to_csv.py" "$out" --sort class_probability >"$out/class.csv"
exit "$status"
