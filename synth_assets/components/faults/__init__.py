"""What is wrong in a dataset's YAML, each with its file, line and column. No table is read."""

from synth_assets.components.faults.fault import Fault, FaultsError, report

__all__ = ["Fault", "FaultsError", "report"]
