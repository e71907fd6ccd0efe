"""A made-up directory of London postcodes, for whoever has neither the file nor a connection.

Boroughs and postcode districts are real; inward codes, LSOAs and ranks are drawn. It must never be taken for real:
every LSOA code is above E01900000, beyond any that the ONS has issued, and every LSOA name begins with "Mock".
"""

from datetime import date

import numpy as np
import polars as pl

from synth_assets.errors import SourceError
from synth_assets.source.deprivation import LSOA_CODE, RANK, number_of_lsoas
from synth_assets.source.london_boroughs import BOROUGHS
from synth_assets.source.postcodes import POSTCODE_SCHEMA

MAXIMUM_ROWS = 200_000
FIRST_LSOA = 1_900_000
SHARE_IN_USE = 0.55
_POSTCODES_AN_LSOA = 36
_LSOA_SLOTS = sum(borough.lsoas for borough in BOROUGHS)
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_INWARD_CODES = pl.Series(
    [f"{sector}{first}{last}" for sector in range(10) for first in _INWARD_LETTERS for last in _INWARD_LETTERS]
)
_FIRST_MONTH, _LAST_MONTH = date(1980, 1, 1), date(2022, 4, 1)
_STREAMS = ("areas", "sizes", "ranks", "inward codes", "in use", "introduced", "terminated")


def mock_postcodes(rng: np.random.Generator, *, rows: int = 20_000, imd_edition: str = "2019") -> pl.DataFrame:
    """A directory of made-up postcodes in real districts of the 33 boroughs.

    An LSOA has about 36 postcodes, as uneven as real ones, all of one borough and one postcode district; boroughs
    have LSOAs in proportion to their real number, at least one each from 33 rows on, and 174,060 rows fill London's
    4,835 LSOAs. Ranks differ between LSOAs and follow a beta distribution with the mean (46 % of the way from most to
    least deprived) and spread of London's IMD 2019. 55 % of postcodes are in use; the rest are terminated and dated.

    Args:
        rng: Gives the seed sequence that each part gets its own stream from.
        rows: How many postcodes, 1 to 200,000.
        imd_edition: Its number of LSOAs bounds the ranks.

    Returns:
        Columns and types of ``POSTCODE_SCHEMA``, no nulls but in ``Terminated``, sorted by postcode.

    Raises:
        SourceError: ``rows`` is out of range, or the edition is not known.
    """
    check_size(rows)
    streams = dict(zip(_STREAMS, rng.spawn(len(_STREAMS)), strict=True))
    areas = _areas(streams, rows, number_of_lsoas(imd_edition))
    sizes = _sizes(streams["sizes"], rows, areas.height)
    table = areas.select(pl.all().repeat_by(pl.Series(sizes)).explode())
    return (
        table.with_columns(_postcodes(streams["inward codes"], table["outward"]), *_lifetimes(streams, rows))
        .select(POSTCODE_SCHEMA.names)
        .cast({**POSTCODE_SCHEMA.dtypes})
        .sort("Postcode")
    )


def check_size(rows: int) -> None:
    """Refuse a directory that cannot be made.

    Raises:
        SourceError: ``rows`` is out of range.
    """
    if not 1 <= rows <= MAXIMUM_ROWS:
        message = f"A mock postcode directory of {rows:,} rows was asked for. Allowed: 1 to {MAXIMUM_ROWS:,}."
        raise SourceError(message)


def _areas(streams: dict[str, np.random.Generator], rows: int, lsoas: int) -> pl.DataFrame:
    """LSOAs: numbers without repeats out of London's 4,835, the first of each borough always among them."""
    counts = np.array([borough.lsoas for borough in BOROUGHS])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    wanted = min(max(round(rows / _POSTCODES_AN_LSOA), len(BOROUGHS)), rows, _LSOA_SLOTS)
    others = streams["areas"].permutation(np.setdiff1d(np.arange(_LSOA_SLOTS), starts))
    slots = np.sort(np.concatenate([streams["areas"].permutation(starts), others])[:wanted])
    borough = np.searchsorted(starts, slots, side="right") - 1
    within = slots - starts[borough]
    names = pl.Series([place.name for place in BOROUGHS])[borough]
    districts = [BOROUGHS[b].districts.split() for b in borough]
    return pl.DataFrame(
        {
            "District": names,
            "District Code": pl.Series([place.code for place in BOROUGHS])[borough],
            LSOA_CODE: "E0" + pl.Series(FIRST_LSOA + 1 + slots).cast(pl.String),
            "Lower layer super output area": [
                f"Mock {name} {i // 5 + 1:03d}{'ABCDE'[i % 5]}" for name, i in zip(names, within, strict=True)
            ],
            "outward": [choices[i % len(choices)] for choices, i in zip(districts, within, strict=True)],
            RANK: _ranks(streams["ranks"], wanted, lsoas),
        }
    )


def _ranks(rng: np.random.Generator, count: int, lsoas: int) -> np.ndarray:
    ranks = np.arange(1, lsoas + 1)
    place = ranks / (lsoas + 1)
    weights = place**0.43 * (1 - place) ** 0.66
    return rng.choice(ranks, size=count, replace=False, p=weights / weights.sum())


def _sizes(rng: np.random.Generator, rows: int, areas: int) -> np.ndarray:
    weights = rng.gamma(4.0, size=areas)
    return 1 + rng.multinomial(rows - areas, weights / weights.sum())


def _postcodes(rng: np.random.Generator, outward: pl.Series) -> pl.Series:
    """Each district's postcodes take their inward codes from the front of a shuffle of all 4,000."""
    district = outward.rank("dense").to_numpy() - 1
    place = outward.to_frame("outward").select(pl.int_range(pl.len()).over("outward")).to_series().to_numpy()
    shuffles = rng.permuted(np.tile(np.arange(len(_INWARD_CODES)), (outward.n_unique(), 1)), axis=1)
    return (outward + " " + _INWARD_CODES[shuffles[district, place]]).alias("Postcode")


def _lifetimes(streams: dict[str, np.random.Generator], rows: int) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Whether in use, and the months it began and ended; four in ten are as old as the register."""
    month = pl.date_range(_FIRST_MONTH, _LAST_MONTH, "1mo", eager=True)
    last = len(month) - 1
    in_use = pl.Series("In Use?", streams["in use"].permutation(rows) < max(round(SHARE_IN_USE * rows), 1))
    began = np.maximum(streams["introduced"].integers(-2 * last // 3, last, size=rows), 0)
    ended = streams["terminated"].integers(began + 1, last + 1)
    none = pl.Series([None], dtype=pl.Date)
    return in_use, month[began].alias("Introduced"), none.zip_with(in_use, month[ended]).alias("Terminated")
