"""How likely it is that a row is told to be a person's: prosecutor, journalist and marketer risk, from class sizes.

El Emam 2013 (Guide to the De-Identification of Personal Health Information), chapter 16; the marketer's in Dankar and
El Emam 2010. ARX has the same formulas (RiskModelSampleSummary). The chance of a right guess in a
class of F people is 1 / F.
"""

from dataclasses import dataclass

import numpy as np

from synth_assets.protect.population import Population


@dataclass(frozen=True, slots=True)
class Reidentification:
    """Risks, each a probability.

    f_j are the rows of class j in the table of n rows, F_j those in the population; J are the classes of the table.

    Attributes:
        prosecutor_max: Of somebody known to be in the table: max 1 / f_j.
        prosecutor_average: The mean over rows: J / n.
        journalist_max: Of anybody in the population: max 1 / F_j over the table's classes. ``None`` without one.
        journalist_average: max(J / sum F_j, 1 / n sum f_j / F_j). ``None`` without one.
        marketer: The expected share of rows told right when all are matched with the population: 1 / n sum f_j / F_j;
            without a population, J / n: as if the table were all of it, which is the most that it can be.
    """

    prosecutor_max: float
    prosecutor_average: float
    journalist_max: float | None
    journalist_average: float | None
    marketer: float


def reidentification(class_rows: np.ndarray, population: Population | None) -> Reidentification:
    """The risks of a table.

    Args:
        class_rows: Rows of each of its classes, shape (classes,).
        population: Its classes in the population, if there is one.
    """
    highest, average = 1 / int(class_rows.min()), len(class_rows) / int(class_rows.sum())
    if population is None:
        return Reidentification(highest, average, None, None, average)
    return Reidentification(
        prosecutor_max=highest,
        prosecutor_average=average,
        journalist_max=1 / population.k_map,
        journalist_average=max(population.class_share, population.mean_chance),
        marketer=population.mean_chance,
    )
