"""What may be told beside what is out: the same again, or data that changed by enough."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import Description, describe
from synth_assets.describe.privacy import Privacy
from synth_assets.release.earlier import VERSION_KEY, Earlier
from synth_assets.release.sameness import same_content, told_otherwise
from synth_assets.schema import Categories, Column, Interval, Mode, Schema
from synth_assets_tests.tables import categories, crossed, declared

KEY = b"0123456789abcdef"
COUNTS = ((40, 10, 20), (15, 35, 15))
MORE = ((60, 50, 40), (45, 55, 35))


def of(
    counts: Sequence[Sequence[int]] = COUNTS,
    mode: Mode = "correlated",
    version: str | None = "one",
    **settings: Any,  # noqa: ANN401 - as describe takes them
) -> Description:
    table = crossed([list(row) for row in counts])
    made = describe(table, declared(a=len(counts), b=len(counts[0])), mode=mode, key=KEY, **settings)
    return made if version is None else made.with_provenance(**{VERSION_KEY: version})


def test_the_counts_have_an_edge():
    assert of().edges
    assert not of(max_parents=0).edges


def beside(new: Description | Sequence[Description], *out: Description, elsewhere: Sequence[Description] = ()) -> str:
    """Why not; empty where it may be told."""
    several = [new] if isinstance(new, Description) else list(new)
    passed, said = Earlier(out, len(out), 0, tuple(elsewhere)).differences(several, 5)
    return "" if passed else said


def ages(edge: int, bins: int = 2, version: str = "one") -> Description:
    table = pl.DataFrame({"n": np.repeat(np.arange(20), 10)})
    schema = Schema((Column("n", "integer", domain=Interval(0, edge, bins)),))
    return describe(table, schema, mode="independent").with_provenance(**{VERSION_KEY: version})


def test_the_same_again_may_go_out():
    assert not beside(of(), of())
    assert not beside(of(version="drawn anew"), of())
    assert not beside(of(), of(MORE, version="before"), of())


def test_words_about_columns_may_change():
    column = Column("a", "category", domain=Categories(("x", "y")))
    table = categories("a", {"x": 30, "y": 20})
    first, second = (
        describe(table, Schema((replace(column, description=words),)), mode="independent") for words in ("", "b")
    )
    assert same_content(first, second)
    assert not beside(second, first)


@pytest.mark.parametrize(
    "new",
    [
        of(mode="independent"),
        of(max_parents=0),
        of(minimum_count=30),
        of(round_to=5),
    ],
)
@pytest.mark.parametrize("version", ["one", "reordered", None])
def test_the_same_data_told_otherwise_are_refused(new: Description, version: str | None):
    told = new.with_provenance(**{VERSION_KEY: version}) if version else replace(new, provenance={})
    assert "The same data are out already" in beside(told, of(version=version))


def test_the_same_version_is_the_same_data_whatever_its_counts_say():
    assert "The same data are out already" in beside(of(MORE), of())


def test_data_that_changed_by_enough_may_be_told_in_another_way():
    assert not beside(of(MORE, version="two"), of())
    assert not beside(of(MORE, "independent", version="two"), of())


def test_data_that_changed_by_little_are_refused():
    assert "differ from what is or was out by so little" in beside(
        of(((41, 10, 20), (15, 35, 15)), version="two"), of()
    )


def test_other_datasets_matter_where_their_data_are_the_same():
    assert "The same data are out already" in beside(of(mode="independent"), elsewhere=[of()])
    assert not beside(of(mode="independent"), elsewhere=[of(version="two")])
    assert not beside(of(), elsewhere=[of()])


def test_two_exact_descriptions_do_not_go_out_together():
    assert "both count exactly" in beside([of(), of(mode="independent")])
    assert not beside([of(), of(mode="random"), replace(of(), privacy=Privacy(1.0, 0.0, "noise", 1))])
    assert not beside([of(mode="random")])


def test_shifted_bins_are_told_otherwise():
    assert told_otherwise(ages(20), ages(24)) == ["n"]
    assert told_otherwise(ages(20), ages(20, 4)) == []
    assert told_otherwise(ages(20, 4), ages(20)) == []
    rows = pl.DataFrame({"n": np.repeat(np.arange(20), 13)})
    shifted = describe(rows, Schema((Column("n", "integer", domain=Interval(0, 24, 2)),)), mode="independent")
    assert "Counts of n are grouped otherwise" in beside(shifted, ages(20))


def levels(*values: str, name: str = "a") -> Description:
    counts: dict[str | None, int] = dict.fromkeys(values, 30)
    return describe(
        categories(name, counts), Schema((Column(name, "category", domain=Categories(values)),)), mode="independent"
    )


def test_bands_by_other_names_are_told_otherwise():
    assert told_otherwise(levels("0-17", "18+"), levels("0-18", "19+")) == ["a"]
    assert told_otherwise(levels("x", "y", "z"), levels("x", "y")) == []
    assert told_otherwise(levels("x"), levels("x", "y")) == []


def test_columns_that_may_be_renamed_are_told_otherwise():
    assert told_otherwise(levels("x", "y", name="b"), levels("x", "y")) == ["b", "a"]
    assert told_otherwise(of(), of(((40, 30), (30, 20)), mode="independent")) == []


def test_domains_of_other_kinds_are_told_otherwise():
    whole = pl.DataFrame({"n": [1, 2] * 50})
    first = describe(whole, Schema((Column("n", "integer", domain=Interval(1, 2)),)), mode="independent")
    assert told_otherwise(first, ages(20)) == ["n"]


def test_rare_values_may_be_others_in_other_data():
    first, second = (
        describe(categories("a", dict(zip("wxyz", counts, strict=True))), declared_values("wxyz"), mode="independent")
        for counts in ((50, 30, 3, 4), (50, 3, 4, 30))
    )
    assert (first.column("a").pool, second.column("a").pool) == ((2, 3), (1, 2))
    assert told_otherwise(second, first) == []


def declared_values(values: str) -> Schema:
    return Schema((Column("a", "category", domain=Categories(tuple(values))),))


def test_caps_are_told_with_what_is_used_of_them():
    description = of()
    rows = description.rows or 0
    earlier = Earlier((), 1, rows, ())

    assert earlier.caps([(description, rows)], most_releases=2, most_rows_per_row=2) == (
        True,
        f"This is release 2 of at most 2. With it {2 * rows} synthetic rows of {rows} described, 2 a row (at most 2).",
    )
    assert not earlier.caps([(description, rows)], most_releases=1, most_rows_per_row=2)[0]
    assert not earlier.caps([(description, rows + 1)], most_releases=2, most_rows_per_row=2)[0]


def test_rows_from_no_count_are_not_capped():
    passed, said = Earlier((), 0, 0, ()).caps([(of(mode="random"), 10**9)], most_releases=3, most_rows_per_row=1)

    assert passed
    assert said.endswith("Its tables are made from no count, so how many rows they have is not limited.")
