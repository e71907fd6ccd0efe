"""Attacks on tables of known make: how often they raise a false alarm, what they find, and what they cost.

Fresh rows (nothing to find), correlated tables, the same with a twentieth of the rows copied, and the very rows that
were described. Prints what is measured on, a row an attack and a row a table, and which goals are met.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from ae_table import ae_table
from machine import print_machine

from synth_assets.describe import describe
from synth_assets.generate import generate
from synth_assets.measure.risk import Attack, Risks, decide, risk
from synth_assets.measure.risk.copies import NAME as COPIES
from synth_assets.policy import load_policy
from synth_assets.schema import Schema

SEED = 20190401
HELD_OUT = 0.2
COPIED = 0.05
FRESH, CORRELATED, COPIES_ADDED, DESCRIBED = "fresh", "correlated", "5 % copied", "described"
LIMITS = {
    name: (load_policy(name).attack_risk.limit, load_policy(name).copy_risk.limit)
    for name in ("internal", "public_release")
}
"""Limits of attacks and of copies, of the house policies."""

MOST_CPU_S, MOST_EXCESS = 10.0, 0.02
SMALL = ("singling out", "linkability", "inference")
"""Attacks of which the mean excess on correlated tables is to be no more than ``MOST_EXCESS``."""


@dataclass
class Found:
    """What the attacks on one kind of table gave, run by run.

    Attributes:
        excess: By attack and variant.
        alarms: Runs in which some lower limit was above 0.
        fails: Runs in which a policy's check failed, by policy.
        cpu_s: Seconds of each run.
    """

    excess: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    alarms: int = 0
    fails: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LIMITS, 0))
    cpu_s: list[float] = field(default_factory=list)

    def take(self, risks: Risks, cpu_s: float) -> None:
        """One run."""
        for attack in (*risks.attacks, *risks.too_few):
            self.excess[attack.name, attack.variant].append(attack.excess)
        self.alarms += decide(risks.attacks, 0).outcome == "fail"
        for policy, limits in LIMITS.items():
            parts = _split(risks.attacks)
            outcomes = [decide(part, limit).outcome for part, limit in zip(parts, limits, strict=True)]
            self.fails[policy] += "fail" in outcomes
        self.cpu_s.append(cpu_s)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the original, described and held out")
    parser.add_argument("--runs", type=int, default=30, help="how often each table is made anew")
    parser.add_argument("--attacks", type=int, default=500, help="of each kind on either side")
    options = parser.parse_args(arguments)
    print_machine()
    print(f"{'table':<10} {options.rows:,} rows x 8 columns, {HELD_OUT:.0%} held out; {options.attacks} attacks each")
    population, schema = ae_table(options.rows * 21 // 10, SEED)
    found: dict[str, Found] = defaultdict(Found)
    for run in range(options.runs):
        _run(found, population, schema, options, np.random.default_rng(run))
    _print(found, options.runs)
    _judge(found, options.runs)


def _run(
    found: dict[str, Found],
    population: pl.DataFrame,
    schema: Schema,
    options: argparse.Namespace,
    rng: np.random.Generator,
) -> None:
    rows, held = options.rows, int(options.rows * HELD_OUT)
    drawn = population[rng.permutation(len(population))[: 2 * rows]]
    control, training, fresh = drawn[:held], drawn[held:rows], drawn[rows : 2 * rows - held]
    description = describe(training, schema, mode="correlated")
    synthetic = generate(description, rng=np.random.default_rng(rng.integers(2**32)))
    copied = int(COPIED * len(synthetic))
    tables = {
        FRESH: fresh,
        CORRELATED: synthetic,
        COPIES_ADDED: pl.concat([training[rng.permutation(len(training))[:copied]], synthetic[copied:]]),
        DESCRIBED: training,
    }
    for name, table in tables.items():
        told = description if name in {CORRELATED, COPIES_ADDED} else None
        started = time.process_time()
        risks = risk(training, control, table, schema, attacks=options.attacks, rng=rng, description=told)
        found[name].take(risks, time.process_time() - started)


def _split(attacks: Sequence[Attack]) -> tuple[list[Attack], list[Attack]]:
    """Attacks that learn something, and copies: what the two checks of a risk asset judge."""
    parts: tuple[list[Attack], list[Attack]] = ([], [])
    for attack in attacks:
        parts[attack.name == COPIES].append(attack)
    return parts


def _print(found: Mapping[str, Found], runs: int) -> None:
    print("\nMean excess over control, in brackets its standard error:\n")
    print("| attack | variant | " + " | ".join(found) + " |\n|---|---|" + "---:|" * len(found))
    for name, variant in dict.fromkeys(key for one in found.values() for key in one.excess):
        cells = [_mean(one.excess.get((name, variant), [])) for one in found.values()]
        print(f"| {name} | {variant} | " + " | ".join(cells) + " |")
    heads = ["table", "runs", "some lower limit above 0", *(f"fails {one}" for one in LIMITS), "CPU s (most)"]
    print("\n| " + " | ".join(heads) + " |\n|---|" + "---:|" * (len(heads) - 1))
    for name, one in found.items():
        fails = " | ".join(str(one.fails[policy]) for policy in LIMITS)
        print(f"| {name} | {runs} | {one.alarms} | {fails} | {np.median(one.cpu_s):.2f} ({max(one.cpu_s):.2f}) |")


def _mean(values: Sequence[float]) -> str:
    if not values:
        return ""
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return f"{np.mean(values):.4f} ({error:.4f})"


def _judge(found: Mapping[str, Found], runs: int) -> None:
    means = [np.mean(values) for (name, _), values in found[CORRELATED].excess.items() if name in SMALL]
    slowest = max(max(one.cpu_s) for one in found.values())
    goals = {
        f"at most {MOST_CPU_S:.0f} CPU s": slowest <= MOST_CPU_S,
        f"mean excess of {', '.join(SMALL)} on correlated tables at most {MOST_EXCESS}": max(means) <= MOST_EXCESS,
        "fresh tables: no alarm": not found[FRESH].alarms,
        "5 % copied: fails both policies every time": set(found[COPIES_ADDED].fails.values()) == {runs},
    }
    print()
    for goal, met in goals.items():
        print(f"{'met' if met else 'NOT met'}: {goal}")


if __name__ == "__main__":
    main()
