"""Headless Chromium that opens a page, works its controls and tells what is shown."""

import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 60  # seconds; only a page that does not work at all takes as long


def find_browser() -> tuple[str, str] | None:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    return (program, driver) if program and driver else None


class Browser:
    def __init__(self):
        program, driver = find_browser()
        options = Options()
        options.binary_location = program
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                         "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(driver))

    def quit(self) -> None:
        self.driver.quit()

    def open(self, page: Path, width: int = 1280, height: int = 900, dark: bool = False,
             scale: float = 1) -> None:
        """Opens the file `page` afresh."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": False})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.driver.get("about:blank")
        self.console()
        self.driver.get(page.as_uri())
        self.until(lambda: self.run("return document.readyState") == "complete")

    def run(self, script: str, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, condition) -> None:
        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: condition())

    def console(self) -> list[str]:
        """What was written to the console since the last call: errors, and warnings too."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def find(self, selector: str):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector: str):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.run("return document.querySelector(arguments[0]).textContent", selector)

    def wait_for_pictures(self) -> None:
        """Until every card has its pictures, those that stand in other files too."""
        self.until(lambda: self.run("""
            return document.images.length > 0 && !document.querySelector('.elsewhere') &&
                   [...document.images].every((i) => i.naturalWidth)"""))

    def files(self) -> list[str]:
        """File names of the cards that exist, in their order."""
        return self.run("return [...document.querySelectorAll('.card .file')]"
                        ".map((file) => file.textContent)")

    def choose(self, control: str, text: str) -> None:
        """Chooses the option of the <select> whose text begins so."""
        select = Select(self.find(f"#{control}"))
        matching = [option.text for option in select.options if option.text.startswith(text)]
        select.select_by_visible_text(matching[0])

    def options(self, control: str) -> list[str]:
        return [option.text for option in Select(self.find(f"#{control}")).options]

    def search(self, text: str) -> None:
        field = self.find("#search")
        field.clear()
        field.send_keys(text or " " + Keys.BACKSPACE)

    def press(self, *keys: str) -> None:
        """Into whatever has the focus."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def focused_file(self) -> str | None:
        return self.run("return document.activeElement.closest('.card')"
                        "?.querySelector('.file').textContent ?? null")

    def style(self, selector: str, name: str) -> str:
        return self.run("return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]",
                        selector, name)

    def first_contentful_paint(self) -> float:
        """Seconds from the start of loading."""
        self.until(lambda: self.run("return performance.getEntriesByName('first-contentful-paint')"
                                    ".length") > 0)
        return self.run("return performance.getEntriesByName('first-contentful-paint')[0]"
                        ".startTime") / 1000
