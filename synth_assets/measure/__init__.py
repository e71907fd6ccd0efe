"""How close a synthetic table is to its original: measurements with their error, never a verdict, never a row."""

from synth_assets.measure.compare import compare
from synth_assets.measure.comparison import Comparison, summarise
from synth_assets.measure.dependence import Dependence, PairDependence, dependence_kept
from synth_assets.measure.floor import Distance, Floor
from synth_assets.measure.marginals import Marginals, k_way, marginal_distances
from synth_assets.measure.numeric import NumericDistances, numeric_distances
from synth_assets.measure.prediction import Prediction, Score, train_on_synthetic
from synth_assets.measure.propensity import Propensity, propensity_score
from synth_assets.measure.utility import Utility, utility

__all__ = [
    "Comparison",
    "Dependence",
    "Distance",
    "Floor",
    "Marginals",
    "NumericDistances",
    "PairDependence",
    "Prediction",
    "Propensity",
    "Score",
    "Utility",
    "compare",
    "dependence_kept",
    "k_way",
    "marginal_distances",
    "numeric_distances",
    "propensity_score",
    "summarise",
    "train_on_synthetic",
    "utility",
]
