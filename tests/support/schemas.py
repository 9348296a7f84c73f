"""JSON documents of the program held to docs/schema/."""

import json
from pathlib import Path

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schema"
_REGISTRY = Registry().with_resources(
    (path.name, Resource.from_contents(json.loads(path.read_text()),
                                       default_specification=DRAFT202012))
    for path in _FOLDER.glob("*.schema.json"))


def validator(schema: str) -> jsonschema.Draft202012Validator:
    """Of "NAME.schema.json"."""
    return jsonschema.Draft202012Validator({"$ref": schema}, registry=_REGISTRY)


def check(document, schema: str):
    """`document`, which must be as "NAME.schema.json", or a part of it, "NAME.schema.json#/$defs/x",
    says."""
    validator(schema).validate(document)
    return document


def is_valid(document, schema: str) -> bool:
    return validator(schema).is_valid(document)
