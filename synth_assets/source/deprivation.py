"""From an LSOA's rank in the English Index of Multiple Deprivation (IMD) to its decile.

It knows how many areas each edition ranks. It must not read files.
"""

from typing import Literal, TypeAlias

import polars as pl

from synth_assets.errors import SourceError

DecilesOver: TypeAlias = Literal["national", "london"]

RANK = "Index of Multiple Deprivation"
DECILE = "Index of Multiple Deprivation Decile"
LSOA_CODE = "LSOA Code"

IMD_EDITIONS: dict[str, int] = {
    "2004": 32_482,
    "2007": 32_482,
    "2010": 32_482,
    "2015": 32_844,
    "2019": 32_844,
    "2025": 33_755,
}
"""How many LSOAs of England each edition ranks: LSOAs of 2001 up to 2010, of 2011 up to 2019, of 2021 in 2025."""


def number_of_lsoas(imd_edition: str) -> int:
    """How many LSOAs the edition ranks, so that ranks run from 1 to this number.

    Raises:
        SourceError: The edition is not known.

    >>> number_of_lsoas("2019")
    32844
    """
    if imd_edition in IMD_EDITIONS:
        return IMD_EDITIONS[imd_edition]
    message = f"There is no IMD edition {imd_edition!r}. Allowed: {', '.join(IMD_EDITIONS)}."
    raise SourceError(message)


def lsoa_deprivation(
    postcodes: pl.DataFrame, *, over: DecilesOver = "national", imd_edition: str = "2019"
) -> pl.DataFrame:
    """Each LSOA of the directory with its IMD rank and decile; 1 is the most deprived.

    National deciles are those that the government publishes: the ranked LSOAs of England "from most deprived to least
    deprived and dividing them into 10 equal groups" (English Indices of Deprivation 2019, file 7, notes), so decile
    ``ceil(10 * rank / N)``; with N = 32,844 ranks 1 to 3,284 are decile 1 and 3,285 to 6,568 decile 2. London deciles
    are the tutorial's: cut at the deciles of the ranks over all postcodes of the directory, in use or not, so an LSOA
    counts once a postcode. They say where a place stands within London, and they change with the directory.

    Args:
        postcodes: As ``read_postcodes`` returns it. Rows without LSOA or rank are left out.
        over: What the ten groups are cut over.
        imd_edition: The edition that the ranks are from.

    Returns:
        One row an LSOA, sorted by code: ``LSOA Code`` (String), ``Index of Multiple Deprivation`` (Int64, rank) and
        ``Index of Multiple Deprivation Decile`` (Int64, 1 to 10).

    Raises:
        SourceError: ``over`` or the edition is not known, a rank is outside the edition, or an LSOA has two ranks.
    """
    lsoas = number_of_lsoas(imd_edition)
    ranked = postcodes.select(LSOA_CODE, RANK).drop_nulls()
    areas = ranked.unique().sort(LSOA_CODE)
    _check_ranks(areas, lsoas, imd_edition)
    if over == "national":
        return areas.with_columns((-(-10 * pl.col(RANK) // lsoas)).cast(pl.Int64).alias(DECILE))
    if over == "london":
        return areas.with_columns(_london_deciles(areas[RANK], ranked[RANK]))
    message = f"Deciles cannot be cut over {over!r}. Allowed: national, london."
    raise SourceError(message)


def _check_ranks(areas: pl.DataFrame, lsoas: int, imd_edition: str) -> None:
    outside = areas.filter(~pl.col(RANK).is_between(1, lsoas)).height
    if outside:
        message = (
            f"The directory has ranks outside 1 to {lsoas:,}, the range of IMD {imd_edition} (LSOAs: {outside:,}). "
            f"Name the edition that the ranks are from: {', '.join(IMD_EDITIONS)}."
        )
        raise SourceError(message)
    repeated = areas[LSOA_CODE].filter(areas[LSOA_CODE].is_duplicated()).unique(maintain_order=True)
    if len(repeated):
        found = f"LSOAs: {len(repeated):,}, e.g. {repeated[0]}"
        message = f"The directory has areas with more than one rank ({found}). Give each LSOA one rank."
        raise SourceError(message)


def _london_deciles(ranks: pl.Series, over: pl.Series) -> pl.Series:
    """Intervals closed on the right, edges by linear interpolation: what pandas' ``qcut`` and ``cut`` do."""
    edges = [over.quantile(tenth / 10, interpolation="linear") for tenth in range(1, 10)]
    return (
        pl.Series(DECILE, edges, dtype=pl.Float64)
        .search_sorted(ranks.cast(pl.Float64), side="left")
        .cast(pl.Int64)
        .rename(DECILE)
        + 1
    )
