"""The page of one asset check, read as a person does: its verdict, the verdict's colour, and the whole sentence."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

SENTENCE = re.compile(r"Latest execution\s+(?!Evaluation result)(\S[\s\S]*?)Evaluation result")


@dataclass(frozen=True)
class Read:
    """What a page says of a check's latest evaluation.

    Attributes:
        verdict: ``Passed`` or ``Failed``.
        colour: Of the badge: ``green``, or by severity ``yellow`` (it warns) or ``red`` (it is an error).
        sentence: All that the evaluation says.
        text: Of the page.
    """

    verdict: str
    colour: str
    sentence: str
    text: str


def read_check(page: "Page", asset: str, check: str) -> Read:
    """Open a check, and read it once it is not running any more."""
    page.goto(f"/assets/{asset}?view=checks&checkDetail={check}")
    box = page.get_by_text("Evaluation result", exact=True).locator("xpath=..")
    badge = box.locator("[style*='--tag-text-color']").filter(has_text="ed")
    badge.wait_for()
    body = page.locator("body")
    playwright.expect(body).to_have_text(SENTENCE, use_inner_text=True)  # it is drawn after the badge
    style = badge.get_attribute("style") or ""
    text = body.inner_text()
    [said] = SENTENCE.findall(text)
    return Read(badge.inner_text(), style.split("--color-text-")[1].split(")")[0], said.strip(), text)
