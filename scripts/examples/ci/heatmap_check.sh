#!/usr/bin/env bash
# Regression check of heatmaps: did the model begin to look elsewhere?
#
#   heatmap_check.sh run       explains the pictures                        -> OUT/current
#   heatmap_check.sh compare   compares them with the baseline              -> OUT/junit.xml, OUT/compare.json,
#                                                                              OUT/compare.html, OUT/diff/
#   heatmap_check.sh accept    makes the last run the baseline: once at the beginning, and then for
#                              every change that is wanted
#
# `compare` ends with 0 (the same within the limits), 1 (regressions) or 2 (nothing to compare).
# Set these, or the defaults below are taken:
set -euo pipefail

GRADCAM=${GRADCAM:-gradcam}                     # the program
MODEL=${MODEL:-model.pt}                        # TorchScript file
PICTURES=${PICTURES:-pictures}                  # folder of test pictures
BASELINE=${BASELINE:-heatmap-baseline}          # folder, to be committed: 5 KB a picture or less
OUT=${OUT:-heatmap-check}                       # folder of what a run makes, not to be committed
read -ra RUN_OPTIONS <<<"${RUN_OPTIONS:-}"      # e.g. "--class tabby --layer layer4"
read -ra LIMITS <<<"${LIMITS:-}"                # e.g. "--max-diff 0.05 --allow-new"

run() {
  # Results of pictures that are gone must not stay.
  rm -rf "$OUT/current"
  "$GRADCAM" --model "$MODEL" --quiet --write json,raw --output "$OUT/current" \
    "${RUN_OPTIONS[@]}" "$PICTURES"
}

compare() {
  # What an earlier run left must not be published where this one ends with 2.
  rm -rf "$OUT/diff" "$OUT/junit.xml" "$OUT/compare.json" "$OUT"/compare*.html
  if [[ ! -d $BASELINE ]]; then
    echo "heatmap_check: no baseline in '$BASELINE' yet; look at the results, then: $0 accept" >&2
    return 2
  fi
  "$GRADCAM" compare "$BASELINE" "$OUT/current" "${LIMITS[@]}" --json >"$OUT/compare.json" || true
  "$GRADCAM" compare "$BASELINE" "$OUT/current" "${LIMITS[@]}" --junit "$OUT/junit.xml" \
    --html "$OUT/compare.html" --diff-dir "$OUT/diff"
}

accept() {
  "$GRADCAM" compare "$BASELINE" "$OUT/current" --update
}

case ${1:-} in
  run | compare | accept) "$1" ;;
  *)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
    exit 2
    ;;
esac
