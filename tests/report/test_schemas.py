"""The JSON Schemas of docs/schema/ are valid, accept the samples and the cards, and refuse what is wrong.

The samples are what report_tests compares the program's own text with.
"""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from support import schemas

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = {path.name.removesuffix(".schema.json"): json.loads(path.read_text())
           for path in sorted((ROOT / "docs/schema").glob("*.schema.json"))}
SAMPLES = ROOT / "tests/data/report"
CARDS = sorted((ROOT / "models").glob("*.json"))


def validator(name):
    return schemas.validator(f"{name}.schema.json")


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def test_the_schemas_of_this_layer_exist():
    assert {"report", "run", "results", "card", "compare"} <= SCHEMAS.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_valid(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", ["report", "run", "results", "card"])
def test_sample_is_accepted(name):
    validator(name).validate(sample(name))


@pytest.mark.parametrize("card", CARDS, ids=lambda path: path.stem)
def test_card_of_a_known_model_is_accepted(card):
    validator("card").validate(json.loads(card.read_text()))


@pytest.mark.parametrize("name", ["report", "run", "results", "card"])
def test_something_more_is_accepted(name):
    document = sample(name)
    document["new"] = {"anything": 1}
    validator(name).validate(document)


@pytest.mark.parametrize("name", ["report", "run", "results", "card"])
def test_every_required_field_is_required(name):
    document = sample(name)
    for field in SCHEMAS[name]["required"]:
        part = {key: value for key, value in document.items() if key != field}
        assert not validator(name).is_valid(part), field


WRONG = [
    ("report", ["explanations", 0, "gradcam", "status"], "good"),
    ("report", ["explanations", 0, "gradcam", "peak"], None),  # ok has a peak
    ("report", ["explanations", 0, "saliency", "peak"], {"x": 0, "y": 0}),  # all_zero has none
    ("report", ["explanations", 0, "class", "chosen_by"], "chance"),
    ("report", ["explanations"], []),
    ("report", ["image", "sha256"], "ABC"),
    ("report", ["image", "exif_orientation"], 9),
    ("report", ["image", "file"], "/home/me/cat.jpg"),
    ("report", ["score"], "logits"),
    ("report", ["schema_version"], 2),
    ("report", ["top", 0, "rank"], 0),
    ("report", ["preprocess", "mean"], [0, 0]),
    ("run", ["counts", "failed"], -1),
    ("run", ["interrupted"], "no"),
    ("run", ["failures", 0], {"file": "cat.jpg"}),
    ("results", ["results", 0, "score"], "logits"),
    ("card", ["preprocess", "imagenet", "size"], [224]),
    ("card", ["preprocess", "imagenet", "resize"], {"mode": "shorter"}),  # without pixels
    ("card", ["output_kind"], "softmax "),
]


@pytest.mark.parametrize("name, way, value", WRONG)
def test_wrong_value_is_refused(name, way, value):
    document = copy.deepcopy(sample(name))
    place = document
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    assert not validator(name).is_valid(document)
