"""Synthetic tables with their evidence, as folders that leave: written whole, verified, withdrawn, compared."""

from synth_assets.release.bundle import Bundle, ReleasedTable, Verdict, release_id

__all__ = ["Bundle", "ReleasedTable", "Verdict", "release_id"]
