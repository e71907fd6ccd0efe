"""The page of one asset check, read as a person does: its verdict, the verdict's colour, and the whole sentence."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


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
    """Open a check from its asset's list of checks, and read it."""
    page.goto(f"/assets/{asset}?view=checks")
    page.get_by_text(check, exact=True).first.click()
    page.wait_for_url(f"**checkDetail={check}")
    box = page.get_by_text("Evaluation result", exact=True).locator("xpath=..")
    badge = box.locator("[style*='--tag-text-color']").filter(has_text="ed")
    badge.wait_for()
    style = badge.get_attribute("style") or ""
    text = page.locator("body").inner_text()
    lines = [line for line in text.split("Latest execution\n")[1].split("Evaluation result\n")[0].splitlines() if line]
    return Read(badge.inner_text(), style.split("--color-text-")[1].split(")")[0], "\n".join(lines), text)
