"""Where tables come from: the user's own, the postcode directory, the reference lists and the mock A&E admissions."""

from synth_assets.source.table_source import BESIDE, KINDS, TableSource, source_from_dict

__all__ = ["BESIDE", "KINDS", "TableSource", "source_from_dict"]
