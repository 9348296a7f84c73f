"""Paths in the JSON of gradcam. A path whose bytes are no UTF-8 has its text, with U+FFFD for those
bytes, under its key, "image", and its bytes, percent-coded, under "image_bytes"; any other path has its
text only. In Python such a path is a str as os.fsdecode gives it, with surrogates."""

import re
from urllib.parse import quote, unquote


def path_fields(key: str, path: str) -> dict:
    """What a JSON object says of `path`."""
    fields = {key: _text(path)}
    return fields if fields[key] == path else {**fields, f"{key}_bytes": _coded(path)}


def path_list_fields(key: str, paths: list[str]) -> dict:
    """The same of a list: the bytes are those of all its paths."""
    fields = {key: [_text(path) for path in paths]}
    if fields[key] == paths:
        return fields
    return {**fields, f"{key}_bytes": [_coded(path) for path in paths]}


def path_in(entry: dict, key: str) -> str:
    """The path that the JSON object `entry` has as `key`."""
    coded = entry.get(f"{key}_bytes")
    return entry[key] if coded is None else _decoded(coded)


def paths_in(entry: dict, key: str) -> list[str]:
    """The same of a list."""
    coded = entry.get(f"{key}_bytes")
    return entry[key] if coded is None else [_decoded(path) for path in coded]


def _text(path: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", path)


def _coded(path: str) -> str:
    return quote(path, errors="surrogateescape")


def _decoded(coded: str) -> str:
    return unquote(coded, errors="surrogateescape")
