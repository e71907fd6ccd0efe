"""How close a synthetic table is to its original: measurements with their error, never a verdict, never a row."""

from synth_assets.measure.compare import compare
from synth_assets.measure.comparison import Comparison, summarise
from synth_assets.measure.dependence import Dependence, PairDependence, dependence_kept
from synth_assets.measure.marginals import Marginals, k_way, marginal_distances

__all__ = [
    "Comparison",
    "Dependence",
    "Marginals",
    "PairDependence",
    "compare",
    "dependence_kept",
    "k_way",
    "marginal_distances",
    "summarise",
]
