#!/usr/bin/env bash
# Mistakes: of a list of pictures with their true classes, explains those that the model gets wrong,
# each twice: why the class it chose, and where it saw the true one.
#
#   explain_mistakes.sh MODEL LIST.csv OUT [OPTIONS of gradcam]
#
# LIST.csv has the columns path and class, an index or a label: photos/1.jpg,tabby
set -euo pipefail

GRADCAM=${GRADCAM:-gradcam} # the program
model=${1:?MODEL is missing} list=${2:?LIST.csv is missing} out=${3:?OUT is missing}
shift 3

"$GRADCAM" --model "$model" --image "@$list" --output "$out" \
  --class top --class truth --only wrong "$@"
