"""True classes in lists: correct or not, --class truth, --only."""

import json
from pathlib import Path

import pytest

from support.models import LABELS
from support.schemas import check

UNIQUE = {0: "tench", 1: "Egyptian_cat", 2: 2, 3: 3, 4: "label:7"}  # two labels are "crane"


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "gradcam-out"


@pytest.fixture
def top(gradcam, tiny_model, picture) -> int:
    """The class that the network sees in right.png and in wrong.png."""
    picture("photos/right.png")
    picture("photos/wrong.png")
    result = gradcam("-m", tiny_model, "photos", "-o", "first", "--json", "--write", "json")
    tops = {r["top"][0]["index"] for r in result.json()["results"]}
    assert len(tops) == 1
    return tops.pop()


@pytest.fixture
def other(top) -> int:
    return (top + 1) % len(LABELS)


@pytest.fixture(params=["csv", "jsonl"])
def truth_list(request, tmp_path, top, other) -> str:
    if request.param == "csv":
        text = f"class,path\r\n{UNIQUE[top]},photos/right.png\r\n{UNIQUE[other]},\"photos/wrong.png\"\r\n"
    else:
        text = "".join(json.dumps({"path": f"photos/{name}.png", "class": UNIQUE[index]}) + "\n"
                       for name, index in (("right", top), ("wrong", other)))
    (tmp_path / "list").write_text(text, newline="")
    return "@list"


def test_reports_say_whether_the_prediction_was_right(gradcam, tiny_model, truth_list, out, top,
                                                      other):
    result = gradcam("-m", tiny_model, truth_list, "--json")
    assert result.code == 0, result.stderr
    right, wrong = check(result.json(), "results.schema.json")["results"]
    assert right["correct"] is True and right["truth"]["index"] == top
    assert wrong["correct"] is False and wrong["truth"]["index"] == other
    assert wrong["truth"]["label"] == LABELS[other]
    assert wrong["truth"]["probability"] == next(
        p["probability"] for p in wrong["top"] if p["index"] == other)
    assert [e["class"]["index"] for e in wrong["explanations"]] == [top]
    assert json.loads((out / "right.json").read_text()) == right
    counts = check(json.loads((out / "run.json").read_text()), "run.schema.json")["counts"]
    assert counts["right"] == 1 and counts["wrong"] == 1 and "left_out" not in counts
    assert "1 of 2 predictions right" in result.stderr


def test_class_truth_explains_the_true_class(gradcam, tiny_model, truth_list, out, other, tmp_path):
    result = gradcam("-m", tiny_model, truth_list, "--class", "truth", "--json")
    assert result.code == 0, result.stderr
    wrong = result.json()["results"][1]
    assert wrong["explanations"][0]["class"]["index"] == other
    assert wrong["explanations"][0]["class"]["chosen_by"] == "truth"
    # The same maps as of the class by its index.
    gradcam("-m", tiny_model, "photos/wrong.png", "--class", str(other), "-o", "indexed")
    for file in wrong["explanations"][0]["files"].values():
        assert (out / file).read_bytes() == (tmp_path / "indexed" / file).read_bytes()


def test_top_and_truth_together_are_one_class_where_they_agree(gradcam, tiny_model, truth_list, top,
                                                               other):
    result = gradcam("-m", tiny_model, truth_list, "--class", "top", "--class", "truth", "--json")
    right, wrong = result.json()["results"]
    assert [e["class"]["index"] for e in right["explanations"]] == [top]
    assert [e["class"]["index"] for e in wrong["explanations"]] == [top, other]


@pytest.mark.parametrize("only", ["wrong", "right"])
def test_only_keeps_mistakes_or_hits(gradcam, tiny_model, truth_list, out, only):
    dropped = {"wrong": "right", "right": "wrong"}[only]
    assert gradcam("-m", tiny_model, truth_list).code == 0
    assert (out / f"{dropped}.json").exists()
    result = gradcam("-m", tiny_model, truth_list, "--only", only, "--json")
    assert result.code == 0, result.stderr
    assert [r["image"]["file"] for r in result.json()["results"]] == [f"{only}.png"]
    # Older results of what is left out would pass for new ones.
    assert not list(out.glob(f"{dropped}.*")) and len(list(out.glob(f"{only}.*"))) == 5
    counts = check(json.loads((out / "run.json").read_text()), "run.schema.json")["counts"]
    assert counts["done"] == 1 and counts["left_out"] == 1 and counts["pictures"] == 2
    assert counts["right"] == 1 and counts["wrong"] == 1
    assert "1 left out by --only" in result.stderr


def test_table_shows_the_true_class(gradcam, tiny_model, truth_list, top, other):
    lines = gradcam("-m", tiny_model, truth_list).stdout.splitlines()
    assert f"  true class: {top} {LABELS[top]}, predicted" in lines
    assert f"  true class: {other} {LABELS[other]}, not predicted" in lines


@pytest.mark.parametrize("content, parts", [
    ("path,class\na.png,0\nb.png,tensh\n", ("list 'list', line 3: no class is called 'tensh'",)),
    ("path,class\na.png,crane\n", ("line 2: several classes are called 'crane'",)),
    ("path,class\na.png,5\n", ("line 2: class 5 is not there: the model has 5 classes",)),
    ("path,label\na.png,0\n", ("line 1: no column 'class'", "'path', 'label'")),
    ("path,class\na.png\n", ("line 2: the number of fields is 1",)),
    ("path,class\na.png,\n", ("line 2: class ''",)),
    ('{"path": "a.png", "class": 0}\n{"path": "b.png"\n', ("line 2: no valid JSON",)),
    ("\ufeffpath,class\r\na.png,0\r\na.png,1\r\n", ("'a.png' two different classes: 0 and 1",)),
])
def test_bad_lists_are_usage_errors_with_their_line(gradcam, tiny_model, picture, out, tmp_path,
                                                    content, parts):
    picture("a.png")
    picture("b.png")
    (tmp_path / "list").write_text(content, encoding="utf-8", newline="")
    result = gradcam("-m", tiny_model, "@list")
    assert result.code == 2 and len(result.errors) == 1, result.stderr
    assert all(part in result.errors[0] for part in parts), result.errors
    assert result.stdout == "" and not out.exists()


@pytest.mark.parametrize("options", [("--class", "truth"), ("--only", "wrong")])
def test_what_needs_true_classes_is_refused_without(gradcam, tiny_model, picture, out, options):
    picture("a.png")
    result = gradcam("-m", tiny_model, "a.png", *options)
    assert result.code == 2 and "'a.png' has no true class" in result.errors[0]
    assert "path,class" in result.hints[0] and not out.exists()


def test_a_stream_may_give_true_classes(gradcam, tiny_model, top, out):
    lines = f'{{"path": "photos/right.png", "class": {top}}}\n' \
            '{"path": "photos/wrong.png", "class": "no such"}\n'
    result = gradcam("-m", tiny_model, "@-", "--class", "truth", "--json", stdin=lines)
    assert result.code == 1, result.stderr
    assert result.json()["results"][0]["correct"] is True
    assert result.json()["failures"][0]["error"] == \
        "list on stdin, line 2: no class is called 'no such'"
