"""One process that makes the table of ``own_source``: Parquet, from a random generator, a batch at a time."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from synth_assets.frames import BATCH_ROWS
from synth_assets.storage.parquet import write_parquet


@dataclass(frozen=True)
class Visits:
    """Visits of patients, of whom two in three have another one; 9 columns.

    Attributes:
        rows: How many.
    """

    rows: int

    def batches(self) -> Iterator[pl.DataFrame]:
        """The same ones each time."""
        rng = np.random.Generator(np.random.PCG64(1))
        for start in range(0, self.rows, BATCH_ROWS):
            yield self._batch(min(BATCH_ROWS, self.rows - start), rng)

    def _batch(self, rows: int, rng: np.random.Generator) -> pl.DataFrame:
        age, ward = rng.integers(0, 95, rows), rng.integers(0, 40, rows)
        return pl.DataFrame(
            {
                "patient_id": 4_000_000_000 + rng.integers(0, self.rows, rows),
                "age": age,
                "sex": rng.choice(["F", "M"], rows),
                "ward": pl.Series([*(f"ward {place}" for place in range(39)), None]).gather(ward),
                "diagnosis": pl.Series([f"d{place:02d}" for place in range(60)]).gather((age + ward) % 60),
                "minutes": rng.gamma(2, 60, rows).astype(np.int64),
                "cost": rng.gamma(2, 300, rows).round(2),
                "day": np.datetime64("2019-04-01") + rng.integers(0, 365, rows),
                "admitted": rng.random(rows) < age / 95,
            }
        )


if __name__ == "__main__":
    write_parquet(Visits(int(sys.argv[2])), Path(sys.argv[1]))
