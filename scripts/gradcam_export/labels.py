"""Class names: ImageNet's from the text files in timm's package, or a file of the user."""

import importlib.util
import json
from pathlib import Path

from gradcam_export.errors import ExportError

Label = dict[str, str]


def imagenet_labels() -> list[Label]:
    """The 1000 classes of ImageNet-1k: WordNet id and first lemma, e.g. "tiger cat"."""
    folder = _timm_info_folder()
    synsets = (folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    lemmas = {}
    for line in (folder / "imagenet_synset_to_lemma.txt").read_text(encoding="utf-8").splitlines():
        synset, names = line.split("\t", 1)
        lemmas[synset] = names.split(",")[0].strip().replace("_", " ")
    return [{"id": synset, "label": lemmas[synset]} for synset in synsets]


def read_labels(path: Path) -> list[Label]:
    """Labels from JSON (names, or objects with id and label) or from text, one name a line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"cannot read labels '{path}': {error}") from error
    if path.suffix.lower() != ".json":
        return [{"id": "", "label": line.strip()} for line in text.splitlines() if line.strip()]
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise ExportError(f"cannot read labels '{path}': {error}") from error
    if not isinstance(entries, list):
        raise ExportError(f"labels '{path}' hold no JSON array")
    return [_label_of(entry, path) for entry in entries]


def _label_of(entry: object, path: Path) -> Label:
    if isinstance(entry, str):
        return {"id": "", "label": entry}
    if isinstance(entry, dict) and isinstance(entry.get("label"), str):
        return {"id": str(entry.get("id", "")), "label": entry["label"]}
    raise ExportError(f"labels '{path}' hold {entry!r}, which is neither a name nor id and label")


def _timm_info_folder() -> Path:
    spec = importlib.util.find_spec("timm")
    if spec is None or not spec.submodule_search_locations:
        raise ExportError("the Python package timm is missing", "run scripts/setup.sh")
    return Path(spec.submodule_search_locations[0]) / "data" / "_info"
