"""The page of `gradcam report` in headless Chromium: what it shows and how it is worked."""

import re

import pytest
from page_results import Sample, split
from selenium.webdriver.common.keys import Keys

NASTY = "<script>window.broken = 1</script><img src=x onerror=\"window.broken = 1\">"

SAMPLES = [
    Sample("a/cat 1", "tabby", 0.9), Sample("a/cat 2", "tabby", 0.4),
    Sample("a/cat 10", "lynx", 0.7), Sample("b/dog", "beagle", 0.0004),
    Sample("b/empty", "lynx", 0.2, "all_zero"), Sample("b/flat", "beagle", 0.6, "flat"),
]
BY_FILE = ["a/cat 1.png", "a/cat 2.png", "a/cat 10.png", "b/dog.png", "b/empty.png", "b/flat.png",
           "c/torn.jpg"]


@pytest.fixture
def page(gradcam, results, browser):
    """The page of SAMPLES and one failure, open. Fails if anything was written to the console."""
    for sample in SAMPLES:
        results.add(sample)
        results.add_picture(sample.name)
    results.fail("c/torn.jpg", "the file is truncated", "fetch it again")
    assert gradcam("report", "out").code == 0
    browser.open(results.folder / "report.html")
    yield browser
    assert browser.console() == []


def test_shows_every_entry_with_its_pictures(page):
    assert page.files() == BY_FILE
    assert page.text("#count") == "7 pictures"
    assert page.text("h1") == "out"
    assert "Model tiny" in " ".join(e.text.replace("\n", " ") for e in page.find_all("#facts div"))
    page.until(lambda: page.run("return [...document.images].every((i) => i.complete)"))
    sizes = page.run("return [...document.querySelectorAll('.card img')].map((i) => i.naturalWidth)")
    assert len(sizes) == 6 * 4 and min(sizes) > 0
    first = page.find(".card")
    assert first.find_element("css selector", ".class").text.split("\n") == ["tabby", "90.0 %"]
    assert [row.text.split("\n") for row in first.find_elements("css selector", ".top li")] == \
        [["tabby", "90.0 %"], ["other", "10.0 %"]]


def test_bars_are_as_long_as_probabilities(page):
    lengths = page.run("""return [...document.querySelectorAll('.card:first-child .bar')].map(
        (bar) => bar.firstChild.getBoundingClientRect().width / bar.getBoundingClientRect().width)""")
    assert lengths == pytest.approx([0.9, 0.1], abs=0.01)
    assert page.run("return document.querySelectorAll('.card')[3].querySelector('.value')"
                    ".textContent") == "< 0.1 %"


def test_search_takes_files_and_classes(page):
    page.search("CAT tabby")
    assert page.files() == BY_FILE[:2]
    assert page.text("#count") == "2 pictures of 7"
    page.search("b/")
    assert page.files() == BY_FILE[3:6]
    page.search("nothing like it")
    assert page.files() == [] and page.find("#empty").is_displayed()
    page.find("#reset").click()
    assert page.files() == BY_FILE and not page.find("#empty").is_displayed()


def test_sort(page):
    page.choose("sort", "Probability, highest")
    assert page.files() == ["a/cat 1.png", "a/cat 10.png", "b/flat.png", "a/cat 2.png",
                            "b/empty.png", "b/dog.png", "c/torn.jpg"]
    page.choose("sort", "Probability, lowest")
    assert page.files()[:2] == ["b/dog.png", "b/empty.png"]
    page.choose("sort", "Status")
    assert page.files()[:4] == ["c/torn.jpg", "b/empty.png", "b/flat.png", "a/cat 1.png"]
    page.choose("sort", "File")
    assert page.files() == BY_FILE


def test_filters(page):
    assert page.options("class") == ["All", "beagle (2)", "lynx (2)", "tabby (2)"]
    page.choose("class", "lynx")
    assert page.files() == ["a/cat 10.png", "b/empty.png"]
    page.choose("state", "All problems")
    assert page.files() == ["b/empty.png"]
    page.choose("class", "All")
    assert page.files() == ["b/empty.png", "b/flat.png", "c/torn.jpg"]
    page.choose("state", "Failed (1)")
    assert page.files() == ["c/torn.jpg"]
    assert page.text(".card .tiles") == "the file is truncated"
    assert page.options("state") == ["All", "All problems (3)", "Map ok (4)", "Flat map (1)",
                                     "Map is zero everywhere (1)", "Failed (1)"]


def test_a_problem_has_a_badge_and_a_good_map_has_none(page):
    badges = page.run("return [...document.querySelectorAll('.badge')]"
                      ".map((badge) => badge.hidden ? '' : badge.textContent)")
    assert badges == ["", "", "", "", "Map is zero everywhere", "Flat map", ""]


def test_slider_and_keys_change_the_opacity_of_maps_over_pictures(page):
    assert page.text("output") == "50 %"
    assert page.style(".picture + .map", "opacity") == "0.5"
    page.find("#opacity").send_keys(Keys.HOME)
    assert page.style(".picture + .map", "opacity") == "0"
    page.find("body").send_keys("+++")
    assert page.text("output") == "30 %"
    assert page.style(".picture + .map", "opacity") == "0.3"
    # The heatmap by itself stays as it is.
    assert page.style(".tile:last-child .map", "opacity") == "1"


def test_the_overlay_lies_where_the_network_looked(page):
    """The run had a centre crop: the map covers a square in the middle of the picture."""
    fractions = page.run("""
        const of = (name) => document.querySelector('.card .' + name).getBoundingClientRect();
        const [picture, map] = [of('picture'), of('map')];
        return [(map.left - picture.left) / picture.width, (map.top - picture.top) / picture.height,
                map.width / picture.width, map.height / picture.height,
                picture.width / picture.height]""")
    assert fractions == pytest.approx([11 / 64, 3 / 48, 42 / 64, 42 / 48, 64 / 48], abs=0.02)


def test_map_choice_shows_the_other_map(page):
    before = page.run("return document.querySelector('.card .map').src")
    page.choose("map", "Saliency")
    after = page.run("return document.querySelector('.card .map').src")
    assert after != before and page.files() == BY_FILE
    page.find("body").send_keys("m")
    assert page.run("return document.querySelector('.card .map').src") == before


def test_arrow_keys_go_from_card_to_card(page):
    page.find(".tiles[tabindex='0']").send_keys(Keys.ARROW_RIGHT)
    assert page.focused_file() == BY_FILE[1]
    page.press(Keys.END)
    assert page.focused_file() == BY_FILE[6]
    page.press(Keys.HOME, Keys.ARROW_DOWN)
    assert page.focused_file() == BY_FILE[3]  # three cards a row
    page.press(Keys.ARROW_UP, Keys.ARROW_LEFT)
    assert page.focused_file() == BY_FILE[0]
    assert len(page.find_all(".tiles[tabindex='0']")) == 1


def test_slash_goes_to_the_search_and_letters_there_are_letters(page):
    page.find("body").send_keys("/")
    page.press("tmt")
    assert page.find("#search").get_attribute("value") == "tmt"
    assert page.text("#theme") == "Theme: system"


def test_detail_by_keyboard(page):
    page.find(".tiles[tabindex='0']").send_keys(Keys.ENTER)
    page.until(lambda: page.find("#detail").is_displayed())
    assert page.text("#detail-title") == "tabby 90.0 %"
    assert page.find("#detail-previous").get_attribute("disabled")
    assert "64 × 48" in page.text("#detail-body")
    assert len(page.find_all("#detail .peak")) == 3
    page.press(Keys.ARROW_RIGHT)
    assert page.text("#detail-file") == BY_FILE[1]
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.find("#detail").is_displayed())
    assert page.focused_file() == BY_FILE[1]


def test_detail_of_a_failure_has_reason_and_hint(page):
    page.find_all(".tiles")[6].click()
    assert page.text("#detail-body") == "the file is truncatedfetch it again"


def test_help_opens_and_closes(page):
    page.find("body").send_keys("?")
    page.until(lambda: page.find("#help").is_displayed())
    page.find("#help-close").click()
    page.until(lambda: not page.find("#help").is_displayed())


def luminance(color: str) -> float:
    """WCAG's relative luminance of "rgb(r, g, b)"."""
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
    r, g, b = (linear(float(value) / 255) for value in re.findall(r"[\d.]+", color)[:3])
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("dark", [False, True])
def test_texts_have_contrast_in_both_themes(page, results, dark):
    page.open(results.folder / "report.html", dark=dark)
    ground, surface = (luminance(page.style(name, "backgroundColor")) for name in ("body", ".card"))
    assert (ground < 0.1) == dark
    for selector, behind in (("h1", ground), ("#count", ground), (".class", surface),
                             (".card .file", surface), (".top li:last-child", surface),
                             (".failed .problem", luminance(page.style(".failed", "backgroundColor"))),
                             (".badge:not([hidden])",
                              luminance(page.style(".badge:not([hidden])", "backgroundColor")))):
        text = luminance(page.style(selector, "color"))
        lighter, darker = max(text, behind), min(text, behind)
        # WCAG 2.2, success criterion 1.4.3 (AA).
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, selector


def test_the_theme_button_overrides_the_system(page, results):
    button = page.find("#theme")
    button.click()
    button.click()
    assert button.text == "Theme: dark" and luminance(page.style("body", "backgroundColor")) < 0.1
    page.open(results.folder / "report.html")
    assert page.text("#theme") == "Theme: dark"
    page.find("#theme").click()
    assert luminance(page.style("body", "backgroundColor")) > 0.8


def test_everything_has_a_name(page):
    """Controls have labels, buttons names, and ids are used once."""
    nameless = page.run("""return [...document.querySelectorAll('button, input, select')].filter(
        (part) => !(part.textContent.trim() || part.getAttribute('aria-label') ||
                    part.labels?.length)).map((part) => part.outerHTML)""")
    assert nameless == []
    ids = page.run("return [...document.querySelectorAll('[id]')].map((part) => part.id)")
    assert len(ids) == len(set(ids))
    assert page.find(".tiles").get_attribute("aria-label").startswith("a/cat 1.png: tabby 90.0 %")


def test_a_phone_needs_no_sideways_scrolling(page, results):
    page.open(results.folder / "report.html", width=360, height=740)
    assert page.run("return document.documentElement.scrollWidth") <= 360
    widths = page.run("return [...document.querySelectorAll('.card')]"
                      ".map((card) => card.getBoundingClientRect().width)")
    assert min(widths) > 300
    page.find(".tiles").click()
    page.until(lambda: page.find("#detail").is_displayed())
    assert page.run("return document.querySelector('#detail').scrollWidth") <= 360
    # Controls are large enough for a thumb: WCAG 2.2, 2.5.8 asks for 24 pixels.
    heights = page.run("return [...document.querySelectorAll('#tools input, #tools select, button')]"
                       ".map((part) => part.offsetHeight).filter((height) => height > 0)")
    assert min(heights) >= 36


def test_wrong_answers_can_be_picked(gradcam, results, browser):
    for sample in (Sample("a", "tabby", 0.9, truth="tabby"), Sample("b", "tabby", 0.8, truth="lynx"),
                   Sample("c", "lynx", 0.7)):
        results.add(sample)
        results.add_picture(sample.name)
    assert gradcam("report", "out").code == 0
    browser.open(results.folder / "report.html")
    assert browser.options("answer") == ["All", "Wrong (1)", "Right (1)", "Not known (1)"]
    notes = [note.text.strip() for note in browser.find_all(".card .truth")]
    assert notes == ["right", "wrong: it is lynx, 12.5 %", ""]
    browser.choose("answer", "Wrong")
    assert browser.files() == ["b.png"]
    browser.find(".tiles").click()
    assert "True classlynx, 12.5 %" in browser.text("#detail-body")
    browser.find("#detail-close").click()
    browser.choose("answer", "All")
    browser.search("lynx")  # the true class counts
    assert browser.files() == ["b.png", "c.png"]
    assert browser.console() == []


def test_classes_of_one_label_are_told_apart(gradcam, results, browser):
    """ImageNet has two classes "crane"."""
    for sample in (Sample("a", "crane", 0.9, index=134), Sample("b", "crane", 0.8, index=517),
                   Sample("c", "lynx", 0.7), Sample("d", "crane", 0.6, index=517)):
        results.add(sample)
    assert gradcam("report", "out").code == 0
    page = results.folder / "report.html"
    for opened in (page, split(page, 2)[0]):
        browser.open(opened)
        assert browser.options("class") == ["All", "crane (class 134) (1)", "crane (class 517) (2)",
                                            "lynx (1)"]
        browser.choose("class", "crane (class 517)")
        assert browser.files() == ["b.png", "d.png"]
        browser.wait_for_pictures()
        card = browser.find(".card")
        assert card.find_element("css selector", ".class .name").text == "crane (class 517)"
        assert [name.text for name in card.find_elements("css selector", ".top .name")] == \
            ["crane (class 517)", "other"]
        browser.choose("class", "All")
        browser.search("crane 134")
        assert browser.files() == ["a.png"]
        browser.search("lynx")
        assert browser.text(".card .class .name") == "lynx"
        assert browser.console() == []


def test_there_is_no_answer_where_no_truth_is_known(page):
    assert not page.find("#answer-field").is_displayed()
    assert page.find_all(".card .truth:not([hidden])") == []


def test_texts_of_strangers_stay_texts(gradcam, results, browser):
    results.add(Sample("a", NASTY))
    results.fail(NASTY, NASTY + "</script>", NASTY)
    assert gradcam("report", "out").code == 0
    browser.open(results.folder / "report.html")
    assert browser.files() == [NASTY, "a.png"]
    assert browser.run("return document.querySelectorAll('.card')[1].querySelector('.name')"
                       ".textContent") == NASTY
    browser.find(".tiles").click()
    assert browser.text("#detail-body") == NASTY + "</script>" + NASTY
    assert browser.run("return window.broken ?? null") is None
    assert browser.console() == []


def test_marks_that_turn_texts_around_are_seen(gradcam, results, browser):
    """U+202A to U+202E and U+2066 to U+2069; letters of right-to-left scripts stay."""
    marks = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    label = "crane " + "".join(map(chr, marks)) + " \u0645\u0631\u062d\u0628\u0627"
    results.add(Sample("a/\u202eRTL", label, truth=label))
    results.add_picture("a/\u202eRTL")
    results.fail("b/\u2067gpj.exe", "cannot read 'b/\u2067gpj.exe'", "\u202dlook")
    assert gradcam("report", "out", "--link").code == 0
    browser.open(results.folder / "report.html")
    assert browser.files() == [r"a/\u202eRTL.png", r"b/\u2067gpj.exe"]
    shown = label
    for mark in marks:
        shown = shown.replace(chr(mark), f"\\u{mark:x}")
    assert browser.text(".card .class .name") == shown
    assert browser.options("class") == ["All", f"{shown} (1)"]
    browser.until(lambda: browser.run("return [...document.images].every((i) => i.complete)"))
    assert browser.run("return [...document.images].map((i) => i.naturalWidth)") == [64] * 4
    for card in range(2):
        browser.find_all(".tiles")[card].click()
        texts = browser.run("""return [document.body.textContent, ...[...document.querySelectorAll('*')]
            .flatMap((one) => [one.title ?? '', one.ariaLabel ?? ''])].join('')""")
        assert not {chr(mark) for mark in marks} & set(texts)
        browser.find("#detail-close").click()
    browser.search(r"\u202ertl")
    assert browser.files() == [r"a/\u202eRTL.png"]
    assert browser.console() == []


def test_the_policy_stops_scripts_of_strangers(gradcam, results, browser):
    results.add(Sample("a", "cat"))
    assert gradcam("report", "out").code == 0
    browser.open(results.folder / "report.html")
    browser.run("""const script = document.createElement('script');
                   script.textContent = 'window.broken = 1'; document.body.append(script);
                   document.body.insertAdjacentHTML('beforeend', arguments[0]);""", NASTY)
    assert browser.run("return window.broken ?? null") is None
    assert any("Content Security Policy" in message for message in browser.console())


def test_linked_pictures_are_shown(gradcam, results, browser):
    results.add(Sample("a #1?", "cat"))
    results.add_picture("a #1?")
    assert gradcam("report", "out", "--link").code == 0
    browser.open(results.folder / "report.html")
    browser.until(lambda: browser.run("return [...document.images].every((i) => i.complete)"))
    sizes = browser.run("return [...document.images].map((i) => [i.naturalWidth, i.naturalHeight])")
    assert sizes == [[64, 48]] * 4
    assert browser.style(".map", "clipPath").startswith("inset(")
    assert browser.console() == []


def test_two_classes_of_a_picture_are_two_cards(gradcam, tiny_model, picture, tmp_path, browser):
    picture("photos/cat.png")
    assert gradcam("-m", tiny_model, "photos", "-o", "out", "--class", "0", "--class", "1").code == 0
    assert gradcam("report", "out").code == 0
    browser.open(tmp_path / "out/report.html")
    assert browser.text("#count") == "2 maps of 1 picture"
    names = browser.run("return [...document.querySelectorAll('.class .name')]"
                        ".map((name) => name.textContent)")
    assert names == ["tench", "Egyptian cat"]
    assert browser.console() == []
