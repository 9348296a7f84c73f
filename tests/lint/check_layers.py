"""Fails on an include that goes upwards or sideways between the layers of src/, or that brings a third
party into a layer that may not use it. docs/architecture.md has the table in words."""

import re
import sys
from pathlib import Path

# What each layer may include of the others.
LAYERS = {
    "core": set(),
    "image": {"core"},
    "codecs": {"core", "image"},
    "cam": {"core"},
    "model": {"core"},
    "openvino": {"core", "model"},
    "cuda": {"core", "model"},
    "explain": {"core", "image", "cam", "model"},
    "report": {"core", "image", "cam", "model", "explain"},
    "run": {"core", "image", "cam", "model", "explain", "report"},
    "results": {"core", "report", "run"},
    "compare": {"core", "image", "report", "results", "run"},
    "page": {"core", "image", "report", "results", "run", "compare"},
    "cli": {"core", "image", "cam", "model", "explain", "report", "results", "run", "compare", "page"},
}

# What each folder inside a layer may include of that layer; what stands above them may include all.
SUBFOLDERS = {
    "model/archive": set(),
    "model/card": set(),
    "model/device": {"model/graph"},
    "model/engine": {"model/device", "model/graph"},
    "model/graph": set(),
    "model/policy": {"model/graph"},
    "run/inputs": set(),
    "run/pipeline": {"run"},  # jobs, the explainer and how a picture is loaded
    "run/worker": {"run", "run/inputs", "run/pipeline"},
}

# Which layers may include headers that begin with these names.
THIRD_PARTY = {
    "torch/": {"model"},
    "caffe2/": {"model"},
    "c10/": {"model", "cuda", "cam", "explain"},
    "ATen/": {"model", "cuda", "cam", "explain"},
    "cuda_runtime": {"cuda"},
    "opencv2/": {"image", "codecs"},
    "openvino/": {"openvino"},
    "jpeglib": {"image"},
    "turbojpeg": {"image"},
    "spng": {"image"},
    "libexif/": {"image"},
    "isa-l": {"image", "model"},
    "nlohmann/": {"model", "report", "run", "compare", "page", "cli"},
    "openssl/": {"run"},
    "CLI/": {"cli"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def third_party_violation(header: str, layer: str) -> str | None:
    for prefix, allowed in THIRD_PARTY.items():
        if header.startswith(prefix) and layer not in allowed:
            return f"layer {layer} may not include {header}"
    return None


def subfolder_violation(header: str, folder: str) -> str | None:
    """`folder` is that of the file, below src/: model/graph."""
    if folder not in SUBFOLDERS or header.split("/")[0] != folder.split("/")[0]:
        return None
    target = header.rsplit("/", 1)[0]
    if target == folder or target in SUBFOLDERS[folder]:
        return None
    return f"folder {folder} may not include {header}"


def violations(path: Path, layer: str, folder: str) -> list[str]:
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, header = match.groups()
        reason = third_party_violation(header, layer)
        if quote == '"' and not reason:
            target = header.split("/")[0]
            if target == "gradcam":
                continue
            if target in LAYERS and target != layer and target not in LAYERS.get(layer, set()):
                reason = f"layer {layer} may not include layer {target}"
            reason = reason or subfolder_violation(header, folder)
        if reason:
            found.append(f"{path}:{number}: {reason}")
    return found


def public_header_violations(path: Path) -> list[str]:
    """Public headers include the standard library and each other, nothing else."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        match = INCLUDE.match(line)
        if match and ("/" in match.group(2) or match.group(1) == '"'):
            if not match.group(2).startswith("gradcam/"):
                found.append(f"{path}:{number}: public headers may not include {match.group(2)}")
    return found


def main() -> int:
    root = Path(sys.argv[1])
    found = []
    checked = 0
    for path in sorted((root / "src").rglob("*")):
        if path.suffix in {".h", ".cc", ".inc"}:
            checked += 1
            layer = path.relative_to(root / "src").parts[0]
            if layer not in LAYERS:
                found.append(f"{path}: folder {layer} is not in the table of layers")
                continue
            folder = path.parent.relative_to(root / "src").as_posix()
            if "/" in folder and folder not in SUBFOLDERS:
                found.append(f"{path}: folder {folder} is not in the table of folders")
            found += violations(path, layer, folder)
    for path in sorted((root / "include").rglob("*.h")):
        checked += 1
        found += public_header_violations(path)
    for line in found:
        print(line)
    print(f"{checked} files, {len(found)} violations")
    return 1 if found or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
