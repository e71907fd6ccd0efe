"""The risk of a synthetic table: attacks on rows that its description saw, and the same on rows that it did not see."""

from synth_assets.measure.risk.attacking import risk
from synth_assets.measure.risk.codes import Coded
from synth_assets.measure.risk.decision import FAMILY_ERROR, Verdict, decide
from synth_assets.measure.risk.rates import Attack
from synth_assets.measure.risk.risks import Risks

__all__ = ["FAMILY_ERROR", "Attack", "Coded", "Risks", "Verdict", "decide", "risk"]
