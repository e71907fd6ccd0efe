"""A UI with its daemon for the tests of each file, over a copy of the project, with everything made."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from synth_assets_tests.browser.chromium import ARGUMENTS, CHROMIUM
from synth_assets_tests.browser.server import Server, free_port
from synth_assets_tests.docs.project import copied

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROWS = 400
"""So few that too few persons are held out: a release is refused."""

EDITS = {
    "    random: {rows: 10000}\n": "",
    '  schedule: "0 3 * * 1"\n': '  schedule: "* * * * *"\n  release_on_schedule: true\n',
}
"""Of the A&E dataset's YAML: random mode could be released whatever the others are, and a week is long to wait."""

WAIT_MS = 60_000


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``synth-assets up`` after ``synth-assets run``."""
    folder = tmp_path_factory.mktemp("ui")
    project = copied(folder / "project").root
    edit(project / "synth_assets" / "defs" / "ae" / "defs.yaml")
    server = Server(folder / "data", free_port(), folder / "up.log", project=project)
    try:
        server.command("run", "--rows", str(ROWS))
        server.start()
        yield server
    finally:
        server.stop()


def edit(declared: Path) -> None:
    """Change a dataset's YAML as its owner would."""
    text = declared.read_text(encoding="utf-8")
    for before, after in EDITS.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    declared.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    playwright.expect.set_options(timeout=WAIT_MS)
    with playwright.sync_playwright() as tools:
        started = tools.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: "Browser", ui: Server, request: pytest.FixtureRequest) -> Iterator["Page"]:
    """A page at the UI; errors on its console fail the test. Pictures go where SYNTH_ASSETS_SCREENSHOTS says."""
    opened = browser.new_page(base_url=ui.address, viewport={"width": 1600, "height": 950})
    opened.set_default_timeout(WAIT_MS)
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    folder = os.environ.get("SYNTH_ASSETS_SCREENSHOTS")
    if folder:
        opened.screenshot(path=Path(folder) / f"{request.node.name}.png", animations="disabled")
    opened.close()
    assert errors == []
