"""Remove, band, coarsen, pseudonymise; and measure how anonymous a table is."""

from synth_assets.protect.anonymity import Anonymity, anonymity
from synth_assets.protect.deidentify import Deidentified, Outcome, deidentify
from synth_assets.protect.identifiers import Finding, direct_identifiers
from synth_assets.protect.special_uniques import SpecialUniques, special_uniques
from synth_assets.protect.steps import Tools

__all__ = [
    "Anonymity",
    "Deidentified",
    "Finding",
    "Outcome",
    "SpecialUniques",
    "Tools",
    "anonymity",
    "deidentify",
    "direct_identifiers",
    "special_uniques",
]
