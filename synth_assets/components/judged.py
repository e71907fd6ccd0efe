"""Verdicts on a table that would be released: how they are made, told in words, and kept as a table."""

from collections.abc import Mapping, Sequence

import polars as pl

from synth_assets.policy import Policy, Rule
from synth_assets.release.bundle import PASSED, Verdict
from synth_assets.schema import Mode

HOUSE = "house rule"


def house(check: str, about: str, said: str, *, passed: bool) -> Verdict:
    """A verdict of our own, without a figure."""
    return Verdict(check, check, about, None, None, passed, said, HOUSE, reads_original=False)


def ruled(policy: Policy, rule: Rule, figure: float, said: str, *, reads_original: bool = False) -> Verdict:
    """A verdict by a policy's rule."""
    sentence = f"{said} (policy {policy.name}: {rule.words})."
    return Verdict(
        rule.name,
        rule.name,
        rule.object,
        figure,
        rule.limit,
        rule.allows(figure),
        sentence,
        rule.source,
        reads_original,
    )


def not_run(check: str, why: str) -> Verdict:
    """What could not be worked out counts as not passed."""
    return Verdict(check, check, "synthetic table", None, None, passed=False, sentence=f"Not run: {why}", source=HOUSE)


def failed(verdicts: Sequence[Verdict]) -> str:
    """What did not pass, as sentences; empty where all did."""
    return " ".join(f"{verdict.check}: {verdict.sentence}" for verdict in verdicts if not verdict.passed)


def left_open(verdicts: Sequence[Verdict]) -> str:
    """What attacks could not exclude, as words; empty where nothing."""
    return "; ".join(f"{verdict.check}: {verdict.not_excluded}" for verdict in verdicts if verdict.not_excluded)


def as_table(verdicts: Mapping[Mode, Sequence[Verdict]]) -> pl.DataFrame:
    """One row a mode and check."""
    rows = [
        (
            mode,
            one.check,
            one.object,
            one.rule,
            one.figure,
            one.limit,
            one.word == PASSED,
            one.word,
            one.sentence,
            one.source,
        )
        for mode, several in verdicts.items()
        for one in several
    ]
    names = ["mode", "check", "object", "rule", "figure", "limit", "passed", "verdict", "sentence", "source"]
    kinds = [pl.String] * 4 + [pl.Float64] * 2 + [pl.Boolean] + [pl.String] * 3
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
