"""What a person sees of the reports in headless Chromium: in light and dark, on a desk and on a telephone, on paper."""

from pathlib import Path

import pytest

from synth_assets_tests.browser.chromium import MARKS
from synth_assets_tests.report.pages import sensitive, write_all

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

PAGES = ("things_comparison", "correlated_things_comparison", "correlated_things_description")
WIDTHS = (390, 1280)
LOOKS = ("light", "dark")

pytestmark = MARKS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reports")
    write_all(sensitive(800), made)
    return made


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault(browser: "playwright.Browser", folder: Path, name: str, look: str, width: int):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=look)
    errors, asked = [], []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / f"{name}.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == [], "nothing is loaded"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if look == "light" else "rgb(20, 24, 28)")
    found = axe.Axe().run(page).response
    assert len(found["passes"]) > 20, "it was looked at"
    assert [(one["impact"], one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
    page.close()


def test_the_keyboard_reaches_the_content_first(browser: "playwright.Browser", folder: Path):
    page = browser.new_page()
    page.goto((folder / "things_comparison.html").as_uri())
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the content"
    assert skip.bounding_box()["y"] >= 0, "it shows once it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()


def test_on_paper_it_is_light_and_has_several_pages(browser: "playwright.Browser", folder: Path, tmp_path: Path):
    page = browser.new_page(color_scheme="dark")
    page.goto((folder / "correlated_things_comparison.html").as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav").is_hidden()
    written = tmp_path / "page.pdf"
    page.pdf(path=written, format="A4", prefer_css_page_size=True)
    assert written.read_bytes().count(b"/Type /Page\n") > 1
    page.close()
