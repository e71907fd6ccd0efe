"""The audit: what an attacker proves stays below the claim, and goes above it where the mechanism is broken.

Noise is from the operating system, so runs differ; all proofs together are wrong once in a thousand times.
"""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from synth_assets.describe.private import Asked, Noise, OpenDPNoise, Request, describe_privately
from synth_assets.describe.rules import NetworkRules
from synth_assets.ledger.accounting import UNITS_PER_RHO
from synth_assets.schema import Schema
from synth_assets_tests.describe.private.audit import Canary, Proof, looking, proof
from synth_assets_tests.tables import declared, rng

DELTA = 1e-3
INDEPENDENT = Asked("independent", NetworkRules(), 0, 1)
CORRELATED = Asked("correlated", NetworkRules(), 1, 1)
SCHEMA = declared(a=3, b=3, c=2)


def canary(rows: int = 1) -> Canary:
    """Sixty rows in which ``a`` and ``b`` go together, and a person who is unlike the rest."""
    cells = {("a0", "b0"): 240, ("a0", "b1"): 60, ("a1", "b1"): 180, ("a1", "b0"): 40, ("a2", "b0"): 30, ("a2", "b2"): 80}
    whole = [(*cell, f"c{place % 6 // 3}") for cell, times in cells.items() for place in range(times)]
    without = pl.DataFrame(whole, schema=dict.fromkeys("abc", pl.String), orient="row")
    added = pl.DataFrame({"a": ["a2"] * rows, "b": ["b0"] * rows, "c": ["c1"] * rows})
    return Canary(without, added, SCHEMA)


class HalfNoise:
    """Broken: noise of half the scale."""

    def __init__(self) -> None:
        """As the real one."""
        self.noise = OpenDPNoise()

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        return self.noise.gaussian(counts, scale / 2)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        return self.noise.laplace(counts, scale / 2)

    def largest(self, scores: list[int], scale: float) -> int:
        return self.noise.largest(scores, scale / 2)


if __name__ == "__main__":
    import time, sys

    for name, who, asked, request, noise, runs in [
        ("pure", canary(), INDEPENDENT, Request(2.0, 0.0), OpenDPNoise(), 2000),
        ("pure3", canary(3), INDEPENDENT, Request(2.0, 0.0, True, 3), OpenDPNoise(), 2000),
        ("zcdp", canary(), INDEPENDENT, Request(4.0, DELTA), OpenDPNoise(), 2000),
        ("corr", canary(), CORRELATED, Request(4.0, DELTA), OpenDPNoise(), 1000),
        ("corr3", canary(3), CORRELATED, Request(4.0, DELTA, True, 3), OpenDPNoise(), 1000),
        ("pure", canary(), INDEPENDENT, Request(2.0, 0.0), HalfNoise(), 1000),
        ("zcdp", canary(), INDEPENDENT, Request(4.0, DELTA), HalfNoise(), 1000),
        ("corr", canary(), CORRELATED, Request(4.0, DELTA), HalfNoise(), 400),
        ("forgot3", canary(3), INDEPENDENT, Request(2.0, 0.0), OpenDPNoise(), 400),
    ]:
        start = time.process_time()
        found = proof(who, looking(who, asked, request, noise), runs, request.delta)
        print(
            name, runs, type(noise).__name__, f"eps>={found.epsilon:.2f} of {request.epsilon}",
            f"rho>={found.rho:.3f} of {request.units / UNITS_PER_RHO:.3f}",
            f"{time.process_time() - start:.1f} s", flush=True,
        )
