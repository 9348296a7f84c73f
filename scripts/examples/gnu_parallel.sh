#!/usr/bin/env bash
# GNU parallel: a folder shared among several processes, on this machine or on others by ssh.
#
#   SHARDS=8 gnu_parallel.sh MODEL FOLDER OUT [OPTIONS of gradcam]
#   SHARDS=8 PARALLEL='--sshlogin node1,node2 --jobs 1 --workdir .' gnu_parallel.sh …
#
# All machines must see the model, the folder and OUT under the same paths. One gradcam uses all
# cores of its machine, so on one machine this is no faster than a plain run; it is an example of how
# to share the work. May be ended and started again.
set -euo pipefail

GRADCAM=${GRADCAM:-gradcam} # the program
SHARDS=${SHARDS:-2}         # parts of the work; more than machines, so that fast ones do more
model=${1:?MODEL is missing} folder=${2:?FOLDER is missing} out=${3:?OUT is missing}
shift 3

if [[ ! $SHARDS =~ ^[1-9][0-9]*$ ]]; then
  echo "gnu_parallel.sh: SHARDS is '$SHARDS', not a number from 1 on" >&2
  exit 2
fi

# parallel ends with the number of shards in which something failed.
seq "$SHARDS" | parallel --will-cite --quote \
  "$GRADCAM" --model "$model" --image "$folder" --output "$out" --resume --quiet \
  --shard "{}/$SHARDS" "$@" || exit 1
