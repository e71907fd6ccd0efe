"""Remove, band, coarsen, pseudonymise, generalise and suppress; and measure how anonymous a table is."""

from synth_assets.protect.anonymity import Anonymity, anonymity
from synth_assets.protect.deidentify import Deidentified, Outcome, deidentify
from synth_assets.protect.generalise import Protected, generalise
from synth_assets.protect.hierarchy import Hierarchy, hierarchies_from_dict
from synth_assets.protect.identifiers import Finding, direct_identifiers
from synth_assets.protect.special_uniques import SpecialUniques, special_uniques
from synth_assets.protect.steps import Tools

__all__ = [
    "Anonymity",
    "Deidentified",
    "Finding",
    "Hierarchy",
    "Outcome",
    "Protected",
    "SpecialUniques",
    "Tools",
    "anonymity",
    "deidentify",
    "direct_identifiers",
    "generalise",
    "hierarchies_from_dict",
    "special_uniques",
]
