#!/usr/bin/env bash
# Slurm: a folder shared among the jobs of an array. Each takes every N-th picture of the whole list.
#
#   sbatch --array=1-16 slurm_array.sh MODEL FOLDER OUT [OPTIONS of gradcam]
#
# All nodes must see the folder and OUT. Afterwards OUT/run.K-of-N.json tells of each job;
# `gradcam report OUT` makes one page of all, merge_shards.py one run.json. To go on after a time
# limit or a failed node, submit the whole array again, not the failed tasks alone: what is done is not
# done twice. scripts/gradcam_ray.py with --resume does what is left, too. Arrays begin at 0 or 1.
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

# Part of an array, as a failed task alone or 1,3,7, would be taken for the whole of another one.
count=$SLURM_ARRAY_TASK_COUNT first=${SLURM_ARRAY_TASK_MIN:-1}
last=${SLURM_ARRAY_TASK_MAX:-$((first + count - 1))}
shard=$((SLURM_ARRAY_TASK_ID - first + 1))
if ((first < 0 || first > 1 || last - first + 1 != count || shard < 1 || shard > count)); then
  echo "slurm_array.sh: task $SLURM_ARRAY_TASK_ID of $count between $first and $last: the array must" \
    "be 1-N or 0-N without gaps; submit the whole array again: what is done is skipped" >&2
  exit 2
fi

# exec: the signal shall reach the program.
exec "$GRADCAM" --model "$model" --image "$folder" --output "$out" --resume --quiet \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --shard "$shard/$count" "$@"
