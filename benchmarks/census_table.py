"""A made table of 32,561 people in 15 columns, shaped like Adult, the extract of the 1994 US census, and its schema.

Nothing is read or downloaded. Shares and dependences are rough copies by hand of what is widely published of that
extract: few rare categories, a long list of countries, two columns that say the same (education), amounts that are
mostly 0. Numbers are cut into 20 bins of equal width; every column is a category.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from synth_assets.schema import Categories, Column, Schema

ROWS = 32_561
BINS = 20
ORDERED = ("age", "fnlwgt", "education", "education_num", "capital_gain", "capital_loss", "hours")
"""Whose categories have an order."""
CATEGORIES = {
    "workclass": 9,
    "education": 16,
    "education_num": 16,
    "marital": 7,
    "occupation": 15,
    "relationship": 6,
    "race": 5,
    "sex": 2,
    "country": 42,
    "income": 2,
}
"""How many there are in columns that are categories from the start; the others have ``BINS``."""
COLUMNS = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education_num",
    "marital",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital_gain",
    "capital_loss",
    "hours",
    "country",
    "income",
)

Codes: TypeAlias = npt.NDArray[np.int64]
Weights: TypeAlias = npt.NDArray[np.float64]

MARRIED, CHILD, NOT_IN_FAMILY, OTHER_COUNTRY = 1, 2, 1, 20
STUDENT_WORK, NO_OCCUPATION, SCHOOL = 3, 14, 12
YOUNG = 22
AGES = (20, 25, 35, 50, 65)
EDUCATION = (
    (0.002, 0.005, 0.010, 0.020, 0.016, 0.028, 0.036, 0.013),
    (0.323, 0.224, 0.042, 0.033, 0.165, 0.053, 0.018, 0.013),
)
MARITAL = (
    (0.95, 0.03, 0.005, 0.005, 0.0, 0.009, 0.001),
    (0.75, 0.20, 0.02, 0.015, 0.001, 0.012, 0.002),
    (0.37, 0.48, 0.09, 0.035, 0.003, 0.02, 0.002),
    (0.15, 0.62, 0.17, 0.035, 0.01, 0.014, 0.001),
    (0.07, 0.64, 0.18, 0.03, 0.06, 0.019, 0.001),
    (0.05, 0.55, 0.10, 0.02, 0.26, 0.019, 0.001),
)
"""Never, married, divorced, separated, widowed, spouse absent, armed forces; a row an age group."""
RELATIONSHIP = (
    (0, 0.45, 0.40, 0.08, 0, 0.07),
    (0, 0.45, 0.40, 0.08, 0, 0.07),
    (0, 0.54, 0.07, 0.35, 0, 0.04),
    (0, 0.40, 0.10, 0.42, 0, 0.08),
    (0, 0.54, 0.02, 0.38, 0, 0.06),
    (0, 0.50, 0.10, 0.30, 0, 0.10),
    (0, 0.30, 0.20, 0.30, 0, 0.20),
)
"""Husband, not in family, own child, unmarried, wife, other; a row a marital status."""
WORK = (0.697, 0.078, 0.064, 0.056, 0.040, 0.034, 0.029, 0.0005, 0.0003)


@dataclass(frozen=True, slots=True)
class _People:
    """What the other columns depend on, one entry a person."""

    age: Codes
    sex: Codes
    race: Codes
    country: Codes
    education: Codes


def census_table(rows: int, rng: np.random.Generator) -> pl.DataFrame:
    """The table: text of the form ``b07`` (bins) and ``c3`` (categories), shape (rows, 15)."""
    people = _people(rows, rng)
    marital = _marital(people, rng)
    relationship = _relationship(people, marital, rng)
    work, occupation = _work(people, rng)
    hours = _hours(people, rng)
    income = _income(people, marital, occupation, hours, rng)
    gain, loss = _capital(income, rng)
    numbers = {
        "age": people.age,
        "fnlwgt": np.exp(rng.normal(12, 0.55, rows)).clip(12_000, 1.5e6).astype(np.int64),
        "capital_gain": gain,
        "capital_loss": loss,
        "hours": hours,
    }
    codes = {
        "workclass": work,
        "education": people.education,
        "education_num": people.education,
        "marital": marital,
        "occupation": occupation,
        "relationship": relationship,
        "race": people.race,
        "sex": people.sex,
        "country": people.country,
        "income": income,
    } | {name: _bins(values) for name, values in numbers.items()}
    return pl.DataFrame({name: np.array(_values(name))[codes[name]] for name in COLUMNS})


def census_schema() -> Schema:
    """Every domain declared: all bins and all categories, seen or not."""
    return Schema(
        tuple(Column(name, "category", domain=Categories(_values(name), name in ORDERED)) for name in COLUMNS)
    )


def write_census_table(rows: int, seed: int, folder: Path) -> None:
    """Write ``original.csv`` and ``schema.json`` into a folder."""
    census_table(rows, np.random.Generator(np.random.PCG64(seed))).write_csv(folder / "original.csv")
    (folder / "schema.json").write_text(json.dumps(census_schema().to_dict()), encoding="utf-8")


def _values(name: str) -> tuple[str, ...]:
    if name in CATEGORIES:
        return tuple(f"c{code}" for code in range(CATEGORIES[name]))
    return tuple(f"b{code:02}" for code in range(BINS))


def _people(rows: int, rng: np.random.Generator) -> _People:
    age = np.clip(17 + rng.gamma(2.6, 8.4, rows), 17, 90).astype(np.int64)
    sex = _chance(0.669, rows, rng).astype(np.int64)
    race = rng.choice(5, rows, p=[0.854, 0.096, 0.032, 0.0095, 0.0085])
    country = _pick(_countries(rng), race, rng)
    return _People(age, sex, race, country, _education(age, country, rng))


def _countries(rng: np.random.Generator) -> Weights:
    """Shares of 42 countries, a row a race; the first is home."""
    usual = np.r_[0.91, 0.02, 0.07 / 40 * np.linspace(3, 0.2, 40)]
    shares = np.tile(usual / usual.sum(), (5, 1))
    shares[2] = np.r_[0.28, 0.0, rng.dirichlet(np.full(40, 0.3)) * 0.72]
    shares[4] = np.r_[0.4, 0.35, rng.dirichlet(np.full(40, 0.3)) * 0.25]
    shares[1] = np.r_[0.9, 0.0, rng.dirichlet(np.full(40, 0.2)) * 0.1]
    return shares


def _education(age: Codes, country: Codes, rng: np.random.Generator) -> Codes:
    """One of 16 levels; of those born elsewhere, a third have one of the lowest eight."""
    levels = np.array(EDUCATION).ravel()
    shares = np.tile(levels, (len(AGES) + 1, 1))
    shares[0] *= np.r_[np.full(3, 0.5), 1, 2, 6, 9, 4, 1, 1.2, 0.05, 0.02, 0.01, 0, 0, 0]
    shares[1] *= np.r_[np.full(8, 0.7), 1, 1.8, 0.9, 0.9, 0.9, 0.1, 0.05, 0.01]
    shares[5] *= np.r_[np.full(8, 2.0), 1, 0.7, 0.5, 0.5, 0.7, 1, 1.5, 1.5]
    education = _pick(shares, np.digitize(age, AGES), rng)
    low = ((country == 1) | (country > OTHER_COUNTRY)) & _chance(0.35, len(age), rng)
    return np.where(low, rng.integers(0, 8, len(age)), education)


def _marital(people: _People, rng: np.random.Generator) -> Codes:
    marital = _pick(np.array(MARITAL), np.digitize(people.age, AGES), rng)
    fewer = (people.sex == 0) & (marital == MARRIED) & _chance(0.55, len(marital), rng)
    return np.where(fewer, rng.choice([0, 2, 3, 4], len(marital), p=[0.5, 0.3, 0.1, 0.1]), marital)


def _relationship(people: _People, marital: Codes, rng: np.random.Generator) -> Codes:
    """Husbands and wives, but for 2 % (which leaves some contradictions, as in the real table), and the others."""
    rows = len(marital)
    spouse = np.where(_chance(0.02, rows, rng), rng.integers(1, 6, rows), np.where(people.sex == 1, 0, 4))
    single = _pick(np.array(RELATIONSHIP, dtype=np.float64), marital, rng)
    grown = (people.age > AGES[2]) & (single == CHILD) & _chance(0.8, rows, rng)
    return np.where(marital == MARRIED, spouse, np.where(grown, NOT_IN_FAMILY, single))


def _work(people: _People, rng: np.random.Generator) -> tuple[Codes, Codes]:
    """Class of work, and occupation, which is the last one exactly where the class is ``STUDENT_WORK``."""
    shares = np.tile(np.array(WORK), (16, 1))
    shares[12:] *= np.r_[0.75, 1.1, 1.7, 0.6, 1.9, 1.3, 1.5, 0.3, 0.1]
    shares[:7] *= np.r_[1.1, 1, 0.5, 1.6, 0.4, 0.6, 0.3, 2, 2]
    work = _pick(shares, people.education, rng)
    work = np.where((people.age < YOUNG) & _chance(0.15, len(work), rng), STUDENT_WORK, work)
    by_sex_and_education = rng.dirichlet(np.full(15, 2.5), size=8)
    occupation = _pick(by_sex_and_education, people.sex * 4 + np.digitize(people.education, (8, 10, 13)), rng)
    occupation = np.where(occupation == NO_OCCUPATION, NO_OCCUPATION - 1, occupation)
    return work, np.where(work == STUDENT_WORK, NO_OCCUPATION, occupation)


def _hours(people: _People, rng: np.random.Generator) -> Codes:
    rows = len(people.age)
    mean = 40 + 4 * people.sex + 2 * (people.education > SCHOOL) - 8 * (people.age < YOUNG)
    worked = np.clip(rng.normal(mean - 6 * (people.age > AGES[4]), 11), 1, 99).round().astype(np.int64)
    return np.where(_chance(0.47, rows, rng), 40, worked)


def _income(people: _People, marital: Codes, occupation: Codes, hours: Codes, rng: np.random.Generator) -> Codes:
    log_odds = -6.2 + 0.33 * (people.education + 1) + 2.1 * (marital == MARRIED) + 0.3 * people.sex
    log_odds += 0.03 * np.minimum(people.age, 55) + 0.02 * (hours - 40)
    log_odds += 0.5 * (occupation % 5 == 1) - 0.6 * (occupation % 5 == 0)
    return (rng.random(len(hours)) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)


def _capital(income: Codes, rng: np.random.Generator) -> tuple[Codes, Codes]:
    """Gain and loss: 0 for most, and never both."""
    rows, high = len(income), income == 1
    amount = np.where(high, np.exp(rng.normal(9.2, 0.6, rows)), np.exp(rng.normal(8, 0.6, rows)))
    gain = np.where(rng.random(rows) < np.where(high, 0.21, 0.04), amount, 0).clip(0, 99_999).astype(np.int64)
    loses = (gain == 0) & (rng.random(rows) < np.where(high, 0.1, 0.03))
    return gain, np.where(loses, rng.normal(1_870, 300, rows).clip(100, 4_400), 0).astype(np.int64)


def _pick(shares: Weights, row: Codes, rng: np.random.Generator) -> Codes:
    """For each person one column of ``shares``, by the shares of the row that is the person's."""
    up_to = (shares / shares.sum(axis=1, keepdims=True)).cumsum(axis=1)
    up_to[:, -1] = 1
    return (up_to[row] > rng.random(len(row))[:, None]).argmax(axis=1)


def _chance(share: float, rows: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """True for about that share of the people."""
    return rng.random(rows) < share


def _bins(values: Codes) -> Codes:
    """Equal widths over the range, the last one closed."""
    edges = np.linspace(values.min(), values.max(), BINS + 1)
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, BINS - 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write_census_table(given.rows, given.seed, given.folder)
