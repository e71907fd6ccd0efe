"""Mock A&E admissions in the shapes of the ODI tutorial "Anonymisation with Synthetic Data"; nobody real is in them.

It draws the table and declares its schema. It must not read files or de-identify.
"""

from datetime import datetime

import numpy as np
import polars as pl

from synth_assets.errors import SourceError
from synth_assets.schema import Categories, Column, Interval, Schema
from synth_assets.source.nhs_numbers import draw_nhs_numbers, number_of_nhs_numbers
from synth_assets.source.references import References

MAXIMUM_ROWS = 100_000_000
AGES = (0, 110)
MINUTES = (0, 180)
MEANS = (41.0, 60.0)
STANDARD_DEVIATIONS = (20.0, 20.0)
CORRELATION = 0.95
FIRST_DAY = datetime(2019, 4, 1)  # noqa: DTZ001 - hospitals write local time without a zone
DAY_WEIGHTS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0)
_SECONDS_A_DAY = 86_400
_STREAMS = ("patients", "numbers", "ages", "genders", "postcodes", "times", "hospitals", "arrivals", "treatments")


def mock_ae_schema(references: References) -> Schema:
    """The columns of ``mock_admissions``, in order, with what each may hold and where it comes from."""
    last_second = datetime(2019, 4, len(DAY_WEIGHTS), 23, 59, 59)  # noqa: DTZ001 - as above
    return Schema(
        (
            Column(
                "Health Service ID",
                "text",
                "direct_identifier",
                description="NHS number, one a patient. Drawn from the test range 999, valid by modulus 11",
            ),
            Column(
                "Age",
                "integer",
                "quasi_identifier",
                Interval(*AGES),
                unit="years",
                description="Age of the patient. Drawn: truncated normal, correlated with the time in A&E",
            ),
            Column(
                "Time in A&E (mins)",
                "integer",
                "other",
                Interval(*MINUTES),
                unit="min",
                description="From arrival to leaving A&E. Drawn: truncated normal, correlated with age",
            ),
            Column(
                "Hospital",
                "category",
                "quasi_identifier",
                Categories(references.hospitals),
                description="London hospital with an A&E. Drawn from hospitals.csv with uneven weights",
            ),
            Column(
                "Arrival Time",
                "datetime",
                "quasi_identifier",
                Interval(FIRST_DAY, last_second, bins=42),
                description="Local time of arrival, to the second. Drawn: 1-7 April 2019, a peak of its own each day",
            ),
            Column(
                "Treatment",
                "category",
                "sensitive",
                Categories(references.treatments),
                description="First treatment given. Drawn from treatments.csv (NHS A&E codes) with uneven weights",
            ),
            Column(
                "Gender",
                "category",
                "quasi_identifier",
                Categories(references.genders),
                description="Gender of the patient. Drawn from genders.csv with its weights",
            ),
            Column(
                "Postcode",
                "text",
                "quasi_identifier",
                description="Where the patient lives. Drawn from the postcodes in use of london_postcodes",
            ),
        )
    )


def mock_admissions(
    postcodes: pl.DataFrame,
    references: References,
    rng: np.random.Generator,
    *,
    rows: int = 10_000,
    patients: int | None = None,
) -> pl.DataFrame:
    """Mock admissions to London's A&E departments in the first week of April 2019.

    Age and time in A&E are bivariate normal (means 41 and 60, standard deviations 20 and 20, correlation 0.95), with
    pairs outside 0 to 110 years and 0 to 180 minutes drawn again, never clipped, and then rounded to the nearest whole
    number. What is accepted reaches half a unit beyond both ends, so each end stands for as wide a range as any other
    number and no spike appears there. A patient who comes back keeps number, age, gender and postcode; the time is
    drawn anew given the age. Hospitals and treatments get weights of 1 to 99 from the stream; days have the weights
    .5 .6 .7 .8 .9 1 1; the time of day is triangular over 24 hours with a peak drawn for each day.

    Args:
        postcodes: As ``read_postcodes`` returns it; each patient lives at one of those in use, all equally likely.
        references: Hospitals, treatments and genders to choose from.
        rng: Gives the seed sequence that each column gets its own stream from, in a fixed order.
        rows: How many admissions, 1 to 100,000,000.
        patients: How many patients, each of whom comes at least once. By default every row is another patient, as long
            as the 909,091 NHS numbers of the test range last.

    Returns:
        The columns and types of ``mock_ae_schema``.

    Raises:
        SourceError: ``rows`` or ``patients`` is out of range, or no postcode is in use.
    """
    patients = number_of_patients(rows, patients)
    streams = dict(zip(_STREAMS, rng.spawn(len(_STREAMS)), strict=True))
    patient = _patient_of_row(streams["patients"], rows, patients)
    numbers = draw_nhs_numbers(streams["numbers"], patients)
    ages = _ages(streams["ages"], patients)
    homes = _homes(streams["postcodes"], postcodes, patients)
    genders = streams["genders"].choice(len(references.genders), size=patients, p=references.gender_shares)
    columns = {
        "Health Service ID": numbers[patient],
        "Age": np.rint(ages).astype(np.int64)[patient],
        "Time in A&E (mins)": _times(streams["times"], ages[patient]),
        "Hospital": _uneven(streams["hospitals"], references.hospitals, rows),
        "Arrival Time": _arrivals(streams["arrivals"], rows),
        "Treatment": _uneven(streams["treatments"], references.treatments, rows),
        "Gender": pl.Series(references.genders)[genders[patient]],
        "Postcode": homes[patient],
    }
    return pl.DataFrame(columns, schema=mock_ae_schema(references).dtypes)


def number_of_patients(rows: int, patients: int | None) -> int:
    """How many people the admissions are of: as many as asked for, else one an admission.

    Raises:
        SourceError: ``rows`` or ``patients`` is out of range.
    """
    if not 1 <= rows <= MAXIMUM_ROWS:
        message = f"A mock table of {rows:,} rows was asked for. Allowed: 1 to {MAXIMUM_ROWS:,}."
        raise SourceError(message)
    most = min(rows, number_of_nhs_numbers())
    if patients is None:
        return most
    if not 1 <= patients <= most:
        message = (
            f"{patients:,} patients were asked for. Allowed: 1 to {most:,}, as there are {rows:,} rows and "
            f"{number_of_nhs_numbers():,} NHS numbers in the test range."
        )
        raise SourceError(message)
    return patients


def _patient_of_row(rng: np.random.Generator, rows: int, patients: int) -> np.ndarray:
    """Everyone once, the rest at random, shuffled; everyone in order where nobody comes back."""
    if rows == patients:
        return np.arange(rows)
    return rng.permutation(np.concatenate([np.arange(patients), rng.integers(patients, size=rows - patients)]))


def _ages(rng: np.random.Generator, count: int) -> np.ndarray:
    """Ages before rounding, of pairs of age and time that are both within bounds."""
    ages = np.empty(count)
    todo = np.arange(count)
    while todo.size:
        age = rng.normal(MEANS[0], STANDARD_DEVIATIONS[0], size=todo.size)
        inside = _within(age, AGES) & _within(_times_given_ages(rng, age), MINUTES)
        ages[todo[inside]] = age[inside]
        todo = todo[~inside]
    return ages


def _times(rng: np.random.Generator, ages: np.ndarray) -> np.ndarray:
    """Times in whole minutes, each drawn given the age before rounding until it is within bounds."""
    times = _times_given_ages(rng, ages)
    todo = np.flatnonzero(~_within(times, MINUTES))
    while todo.size:
        times[todo] = _times_given_ages(rng, ages[todo])
        todo = todo[~_within(times[todo], MINUTES)]
    return np.rint(times).astype(np.int64)


def _times_given_ages(rng: np.random.Generator, ages: np.ndarray) -> np.ndarray:
    """The conditional distribution of a bivariate normal: its mean is linear in the age, its spread constant."""
    slope = CORRELATION * STANDARD_DEVIATIONS[1] / STANDARD_DEVIATIONS[0]
    spread = STANDARD_DEVIATIONS[1] * np.sqrt(1 - CORRELATION**2)
    return MEANS[1] + slope * (ages - MEANS[0]) + spread * rng.standard_normal(ages.size)


def _within(values: np.ndarray, bounds: tuple[int, int]) -> np.ndarray:
    return (values > bounds[0] - 0.5) & (values < bounds[1] + 0.5)


def _homes(rng: np.random.Generator, postcodes: pl.DataFrame, count: int) -> pl.Series:
    in_use = postcodes.filter(pl.col("In Use?"))["Postcode"]
    if not len(in_use):
        message = f"None of the {postcodes.height:,} postcodes is in use. Give a directory with at least one."
        raise SourceError(message)
    return in_use[rng.integers(len(in_use), size=count)]


def _uneven(rng: np.random.Generator, values: tuple[str, ...], count: int) -> pl.Series:
    weights = rng.integers(1, 100, size=len(values))
    return pl.Series(values)[rng.choice(len(values), size=count, p=weights / weights.sum())]


def _arrivals(rng: np.random.Generator, count: int) -> pl.Series:
    peaks = rng.random(len(DAY_WEIGHTS))
    days = rng.choice(len(DAY_WEIGHTS), size=count, p=np.array(DAY_WEIGHTS) / sum(DAY_WEIGHTS))
    seconds = (rng.triangular(0, peaks[days], 1) * _SECONDS_A_DAY).astype(np.int64)
    return pl.Series(np.datetime64(FIRST_DAY, "us") + (days * _SECONDS_A_DAY + seconds).astype("timedelta64[s]"))
