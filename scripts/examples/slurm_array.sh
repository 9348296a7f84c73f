#!/usr/bin/env bash
# Slurm: a folder shared among the jobs of an array. Each takes every N-th picture of the whole list.
#
#   sbatch --array=1-16 slurm_array.sh MODEL FOLDER OUT [OPTIONS of gradcam]
#
# All nodes must see the folder and OUT. Afterwards OUT/run.K-of-N.json tells of each job;
# `gradcam report OUT` makes one page of all, merge_shards.py one run.json. To go on after a time
# limit or a failed node, submit the same again: what is done is not done twice. scripts/gradcam_ray.py
# with --resume does what is left, too.
#SBATCH --job-name=gradcam
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --signal=B:TERM@60 # finish what is in flight, write run.K-of-N.json, end with 130
set -euo pipefail

GRADCAM=${GRADCAM:-gradcam} # the program
model=${1:?MODEL is missing} folder=${2:?FOLDER is missing} out=${3:?OUT is missing}
shift 3

# Arrays may begin at any number and have steps: --array=0-30:2.
first=${SLURM_ARRAY_TASK_MIN:-1} step=${SLURM_ARRAY_TASK_STEP:-1}
shard=$(((SLURM_ARRAY_TASK_ID - first) / step + 1))

# exec: the signal shall reach the program.
exec "$GRADCAM" --model "$model" --image "$folder" --output "$out" --resume --quiet \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --shard "$shard/$SLURM_ARRAY_TASK_COUNT" "$@"
