"""Pass, fail or not enough evidence."""

import numpy as np
import pytest

from synth_assets.errors import MeasurementError
from synth_assets.measure.risk.decision import decide
from synth_assets.measure.risk.rates import Attack

SAFE = Attack("safe", "", 20_000, 100, 100)
LEAK = Attack("leak", "", 500, 300, 50)
FEW = Attack("few", "", 40, 2, 2)


def test_a_table_fails_by_one_attack_of_many():
    found = decide([SAFE, FEW, LEAK], 0.05)
    assert (found.outcome, found.attack) == ("fail", LEAK)
    assert found.lower == LEAK.lower(0.001 / 3)
    assert found.lower is not None
    assert found.lower > 0.05


def test_a_table_passes_where_every_upper_limit_keeps_to_the_limit():
    found = decide([SAFE], 0.05)
    assert (found.outcome, found.attack, found.upper) == ("pass", SAFE, SAFE.upper(0.001))
    assert found.detectable is not None
    assert 0.05 < found.detectable < 0.07


def test_few_attacks_are_not_enough_evidence_and_say_what_would_have_been_found():
    found = decide([SAFE, FEW], 0.05)
    assert (found.outcome, found.attack) == ("not enough evidence", FEW)
    assert found.detectable == FEW.detectable(0.05, 0.0005)


def test_no_attack_at_all_fails():
    assert decide([], 0.05).outcome == "fail"
    assert decide([], 0.05).attack is None


def test_what_was_not_tried_keeps_a_table_from_passing_and_saves_none_from_failing():
    gaps = ["copies (could not be tried)"]
    found = decide([SAFE], 0.05, gaps=gaps)
    assert (found.outcome, found.gaps) == ("not enough evidence", tuple(gaps))
    assert decide([SAFE, LEAK], 0.05, gaps=gaps).outcome == "fail"


def test_the_more_attacks_the_more_each_must_show():
    attack = Attack("a", "", 100, 40, 0)
    limit = (attack.lower(0.001) + attack.lower(0.0001)) / 2
    assert decide([attack], limit).outcome == "fail"
    assert decide([attack] * 10, limit).outcome == "not enough evidence"


def test_tables_without_excess_fail_no_more_often_than_allowed():
    """12 attacks without excess, 150 times, at a family error of 20 %."""
    rng = np.random.Generator(np.random.PCG64(1))
    hits = rng.binomial(50, 0.2, size=(150, 12, 2)).tolist()
    failed = [
        decide([Attack("a", "", 50, *pair) for pair in table], 0.0, family_error=0.2).outcome == "fail"
        for table in hits
    ]
    assert np.mean(failed) <= 0.2


@pytest.mark.parametrize(("limit", "error"), [(-0.1, 0.001), (1, 0.001), (float("nan"), 0.001), (0.05, 0), (0.05, 1)])
def test_numbers_out_of_range_are_refused(limit: float, error: float):
    with pytest.raises(MeasurementError, match="Allowed"):
        decide([SAFE], limit, error)


def test_attacks_of_another_limit_count_among_those_judged_together():
    alone, beside = decide([SAFE], 0.05), decide([SAFE], 0.05, together=10)
    assert beside.upper == SAFE.upper(0.001 / 10)
    assert beside.lower == SAFE.lower(0.001 / 10)
    assert (alone.upper or 0) < (beside.upper or 0)
    assert decide([SAFE, FEW], 0.05, together=1) == decide([SAFE, FEW], 0.05)
