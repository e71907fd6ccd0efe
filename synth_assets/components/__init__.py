"""Turns a dataset's YAML into its assets and checks."""

from synth_assets.components.synthetic_dataset import SyntheticDataset

__all__ = ["SyntheticDataset"]
