"""A page that goes on in other files: each shows what all of them hold."""

import shutil

import pytest
from page_results import Sample, split

PARTS = 9
COUNT = 2 * PARTS
FILES = [f"{i:02}.png" for i in range(COUNT)]
# Neighbours in this order stand in different files.
SUREST = sorted(FILES, key=lambda file: (-(int(file[:2]) * 5 % COUNT), file))


@pytest.fixture
def parts(gradcam, results):
    """PARTS files of two entries each."""
    for i in range(COUNT):
        results.add(Sample(f"{i:02}", f"class {i}", (i * 5 % COUNT) / COUNT))
        results.add_picture(f"{i:02}")
    assert gradcam("report", "out").code == 0
    return split(results.folder / "report.html", PARTS)


@pytest.mark.parametrize("number", [0, 4, PARTS - 1])
def test_each_shows_all(parts, browser, number):
    browser.open(parts[number])
    assert browser.text("#count") == f"{COUNT} pictures"
    assert browser.files() == FILES[:len(browser.files())]
    browser.choose("sort", "Probability, highest")
    assert browser.files() == SUREST[:len(browser.files())]
    browser.wait_for_pictures()
    # A file takes up to 50 MB of memory.
    assert len(browser.find_all("iframe")) <= 4
    browser.choose("class", "class 17 (1)")
    assert browser.files() == ["17.png"]
    browser.wait_for_pictures()
    assert browser.console() == []


def test_a_picture_of_another_file_opens_in_full(parts, browser):
    browser.open(parts[0])
    browser.search("17.png")
    browser.wait_for_pictures()
    browser.find(".tiles").click()
    browser.until(lambda: browser.find("#detail").is_displayed())
    assert "64 × 48" in browser.text("#detail-body")
    assert len(browser.find_all("#detail .peak")) == 3
    browser.wait_for_pictures()
    assert browser.console() == []


def test_the_focus_stays_where_it_is_when_another_file_answers(parts, browser):
    browser.open(parts[0])
    browser.find(".tiles[tabindex='0']").send_keys("\ue010")  # End
    browser.wait_for_pictures()
    assert browser.focused_file() == FILES[-1]


def test_without_the_other_files_it_says_where_the_rest_is(parts, browser, tmp_path):
    shutil.copytree(parts[0].parent, tmp_path / "alone", ignore=shutil.ignore_patterns("part-9.html"))
    browser.open(tmp_path / "alone/part-1.html")
    browser.search("17.png")
    card = browser.find(".card")
    assert card.find_element("css selector", ".elsewhere").text == "in part-9.html"
    assert card.find_element("css selector", ".name").text == "class 17"
    browser.find(".tiles").click()
    browser.until(lambda: browser.find("#detail").is_displayed())
    link = browser.find("#detail-body a")
    assert link.text == "part-9.html"
    assert link.get_attribute("href").endswith("/part-9.html#search=17.png&sort=file&map=0")


def test_files_that_are_no_part_do_not_keep_the_others_waiting(parts, browser):
    for other in parts[1:5]:
        other.write_text("<!doctype html>")
    browser.open(parts[0])
    browser.choose("sort", "Probability, lowest")
    lost = {f"in {other.name}" for other in parts[1:5]}
    browser.until(lambda: lost == set(browser.run(
        "return [...document.querySelectorAll('.elsewhere')].map((text) => text.textContent)")))


STRANGER = """<!doctype html><body><script>
  window.answers = [];
  addEventListener('message', ({data}) => window.answers.push(data.question));
  const frame = document.createElement('iframe');
  frame.src = './out/part-1.html#part';
  frame.onload = () => {
    for (const key of [undefined, null, '', 'guessed']) {
      frame.contentWindow.postMessage({key, question: 'entries'}, '*');
    }
    frame.contentWindow.postMessage({key: 'of a test', question: 0}, '*');
  };
  document.body.append(frame);
</script>"""


def test_strangers_get_no_answer(parts, browser, tmp_path):
    """A page that shows ours in a frame learns nothing without the key, which only files of the same
    results have."""
    (tmp_path / "stranger.html").write_text(STRANGER)
    browser.open(tmp_path / "stranger.html")
    browser.until(lambda: browser.run("return window.answers.length"))
    assert browser.run("return window.answers") == [0]


def test_answers_of_strangers_are_not_heard(parts, browser):
    """A file in the place of a part, without the key."""
    parts[-1].write_text("""<!doctype html><script>addEventListener('message', ({source, data}) =>
        source.postMessage({key: 'guessed', question: data.question, answer: [
            {file: 'bad', state: 'ok', top: [], maps: []}]}, '*'))</script>""")
    browser.open(parts[0])
    browser.search("17.png")
    browser.until(lambda: browser.find_all("iframe[src*='part-9']"))
    browser.until(lambda: not browser.find_all("iframe[src*='part-9']"))  # given up
    assert browser.text(".elsewhere") == "in part-9.html"

