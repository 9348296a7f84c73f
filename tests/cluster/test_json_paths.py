"""Paths that are no UTF-8, as gradcam writes them."""

import json
import os

from gradcam_cluster.json_paths import path_fields, path_in, path_list_fields

FOREIGN = os.fsdecode(b"a/caf\xe9 %.png")  # Latin-1


def test_only_a_path_that_is_no_utf8_has_bytes():
    assert path_fields("image", "a/café %.png") == {"image": "a/café %.png"}
    assert path_fields("image", FOREIGN) == {"image": "a/caf\ufffd %.png",
                                             "image_bytes": "a/caf%E9%20%25.png"}
    assert path_list_fields("inputs", ["a b", "c"]) == {"inputs": ["a b", "c"]}
    assert path_list_fields("inputs", ["a b", "\udcff"]) == {
        "inputs": ["a b", "\ufffd"], "inputs_bytes": ["a%20b", "%FF"]}


def test_each_byte_that_is_no_utf8_has_a_mark_of_its_own():
    assert path_fields("file", os.fsdecode(b"\xe7\x8cx"))["file"] == "\ufffd\ufffdx"


def test_a_path_comes_back_whole():
    for path in ("a/café %41.png", FOREIGN):
        entry = json.loads(json.dumps(path_fields("file", path)))
        assert path_in(entry, "file") == path
