"""Synthetic tables with their evidence, as folders that leave: written whole, verified, withdrawn, compared."""

from synth_assets.release.bundle import Bundle, Made, ReleasedTable, Verdict, release_id

__all__ = ["Bundle", "Made", "ReleasedTable", "Verdict", "release_id"]
