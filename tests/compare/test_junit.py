"""The JUnit report: its form, and what it says.

JUnit has no schema of its own; two are in common use: JUnit.xsd, in which Windy Road wrote down what
Ant writes, and junit-10.xsd of Jenkins' xUnit plug-in. `check_form` puts the rules of both into words, for
no package that pip installs brings either. A report with a failure, an error, a skipped case and hostile
names was also validated against both files by hand (lxml 6.1.3):

    xmllint --noout --schema JUnit.xsd junit.xml
"""

import os
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from compare_support import edit_report

# Characters that XML 1.0 allows (section 2.2).
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# xs:int and xs:decimal, and Jenkins' pattern for times.
NUMBER = re.compile(r"\d{1,9}")
TIME = re.compile(r"\d{1,3}(\.\d*)?")

SUITE_ATTRIBUTES = {"name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors",
                    "skipped", "time"}


def check_form(text: str) -> ElementTree.Element:
    """Checks the rules of both schemas; returns the suite."""
    assert not ILLEGAL.search(text)
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    suites = list(root)
    assert [suite.tag for suite in suites] == ["testsuite"]
    suite = suites[0]
    assert set(suite.attrib) == SUITE_ATTRIBUTES
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
    for name in ("tests", "failures", "errors", "skipped", "id"):
        assert NUMBER.fullmatch(suite.get(name))
    assert suite.get("id") == "0" and TIME.fullmatch(suite.get("time"))
    assert all(suite.get(name).strip() for name in ("name", "package", "hostname"))
    assert not root.attrib and not suite.find("properties").attrib
    # properties, any number of test cases, system-out, system-err, in this order.
    tags = [child.tag for child in suite]
    assert tags[0] == "properties" and tags[-2:] == ["system-out", "system-err"]
    cases = suite.findall("testcase")
    assert tags[1:-2] == ["testcase"] * len(cases)
    for case in cases:
        assert set(case.attrib) == {"name", "classname", "time"}
        assert all(case.attrib.values())
        assert TIME.fullmatch(case.get("time"))
        assert len(case) <= 1
        for outcome in case:
            assert outcome.tag in ("failure", "error", "skipped")
            if outcome.tag != "skipped":
                assert outcome.get("type") and outcome.get("message")
                assert set(outcome.attrib) == {"type", "message"}
    counted = {tag: len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "error", "skipped")}
    assert int(suite.get("tests")) == len(cases)
    assert int(suite.get("failures")) == counted["failure"]
    assert int(suite.get("errors")) == counted["error"]
    assert int(suite.get("skipped")) == counted["skipped"]
    return suite


@pytest.fixture
def junit(gradcam, tmp_path):
    def run(results, *options) -> ElementTree.Element:
        gradcam("compare", results.baseline, results.current, "--quiet", "--junit",
                tmp_path / "junit.xml", *options)
        return check_form((tmp_path / "junit.xml").read_text())

    return run


def test_every_picture_is_a_test_case(results, junit):
    suite = junit(results())
    assert [case.get("name") for case in suite.findall("testcase")] == ["a/cat", "b", "c"]
    assert [case.get("classname") for case in suite.findall("testcase")] == ["a", "gradcam",
                                                                              "gradcam"]
    assert suite.get("failures") == suite.get("errors") == suite.get("skipped") == "0"


def test_failure_has_the_numbers_and_the_limit(results, junit):
    both = results()
    both.edit_map("b", np.fliplr)
    failure = junit(both).find("testcase[@name='b']/failure")
    assert failure.get("type") == "map_changed"
    assert re.search(r"largest difference \(column \d+, row \d+\) [\d.]+, limit 0\.1", failure.text)
    assert "correlation" in failure.text and "limit 0.99" in failure.text


def test_unreadable_is_an_error_and_an_allowed_difference_is_skipped(results, junit):
    both = results()
    (both.current / "b.json").write_text("{")
    (both.current / "c.json").unlink()
    suite = junit(both, "--allow-missing")
    assert suite.find("testcase[@name='b']/error").get("type") == "unreadable"
    assert suite.find("testcase[@name='c']/skipped") is not None


def test_names_become_legal_xml(results, junit):
    both = results()
    name = "\x01\x1b[31m<b>&\"'\n\ufffe\uffff\U0001f408]]>"
    (both.current / "b.json").rename(both.current / f"{name}.json")
    edit_report(both.current / f"{name}.json",
                lambda report: report["explanations"][0]["class"].update(label="<&\x02\uffff"))
    suite = junit(both)
    cases = [case.get("name") for case in suite.findall("testcase")]
    assert "\ufffd\ufffd[31m<b>&\"'\ufffd\ufffd\ufffd\U0001f408]]>" in cases


def test_name_that_is_no_utf_8(results, junit):
    both = results()
    path = os.fsencode(both.current) + b"/caf\xe9.json"
    os.rename(both.current / "b.json", path)
    cases = [case.get("name") for case in junit(both).findall("testcase")]
    assert "caf\ufffd" in cases


def test_file_that_cannot_be_written_is_an_error(results, gradcam, tmp_path):
    both = results()
    done = gradcam("compare", both.baseline, both.current, "--junit", tmp_path / "no/junit.xml")
    assert done.code == 2
    assert "cannot write" in done.errors[0]
    (tmp_path / "stdout").symlink_to("/proc/self/fd/1")  # as /dev/stdout is
    for name in ("stdout", "baseline"):
        done = gradcam("compare", both.baseline, both.current, "--junit", name)
        assert (done.code, done.stdout) == (2, "") and "no regular file" in done.errors[0]
    assert (tmp_path / "stdout").is_symlink()


def test_file_that_is_no_report_of_ours_is_not_overwritten(results, gradcam, tmp_path):
    both = results()
    (tmp_path / "other.xml").write_text('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites/>\n')
    for path in (both.current / "b.json", both.baseline / "b.gradcam.npy", tmp_path / "other.xml"):
        before = path.read_bytes()
        done = gradcam("compare", both.baseline, both.current, "--junit", path)
        assert (done.code, done.stdout) == (2, "")
        assert "is not a JUnit report of gradcam" in done.errors[0]
        assert path.read_bytes() == before


def test_report_of_ours_and_an_empty_file_are_overwritten(results, junit, tmp_path):
    both = results()
    (tmp_path / "junit.xml").touch()
    assert junit(both).get("failures") == "0"
    both.edit_map("b", np.fliplr)
    assert junit(both).get("failures") == "1"
