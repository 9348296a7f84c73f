#!/usr/bin/env bash
# From nothing to the first explanation: set-up, EfficientNet-Lite0 with its ImageNet weights, and
# scikit-image's cat picture. A second run does only what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly model=models/efficientnet_lite0.pt
readonly picture=gradcam-out/chelsea.png

scripts/setup.sh

# A newer card or exporter makes the file anew.
if [[ ! -f $model || models/efficientnet_lite0.json -nt $model ]]; then
  .venv/bin/python3 scripts/export_model.py efficientnet_lite0
fi

if [[ ! -f $picture ]]; then
  mkdir -p "$(dirname "$picture")"
  .venv/bin/python3 - "$picture" <<'PYTHON'
import os
import sys

from PIL import Image
from skimage import data

target = sys.argv[1]
Image.fromarray(data.chelsea()).save(target + ".part", format="PNG")
os.replace(target + ".part", target)
PYTHON
fi

build/release/gradcam --model efficientnet_lite0 --models-dir models --image "$picture" \
  --output gradcam-out/demo \
  --write gradcam,saliency,gradcam-overlay,saliency-overlay,panel,json
