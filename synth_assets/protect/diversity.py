"""What each class of alike rows tells of a sensitive column: l-diversity, t-closeness and alpha, class by class.

It works on counts. Which classes there are, and what is too much, is not decided here.
"""

from dataclasses import dataclass

import numpy as np

from synth_assets.protect.cells import MISSING

_MOST_PLACES = 4
"""For each cell, up to which counting every key that could be is faster than sorting those that are."""


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """How often each class holds each value of one sensitive column; only values that the class holds.

    Attributes:
        starts: Where each class begins in the arrays below, shape (classes,), ascending from 0.
        values: Codes, ascending inside a class, ``MISSING`` first; shape (cells,).
        rows: At least 1, shape (cells,).
        class_rows: Rows of each class, shape (classes,).
        value_rows: Rows of each code in the whole table, shape (codes,); a code of which there is no row is no value.
    """

    starts: np.ndarray
    values: np.ndarray
    rows: np.ndarray
    class_rows: np.ndarray
    value_rows: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """The share of its class that each cell has, shape (cells,)."""
        return self.rows / np.repeat(self.class_rows, self.distinct)

    @property
    def distinct(self) -> np.ndarray:
        """How many values each class holds, shape (classes,)."""
        return np.diff(self.starts, append=len(self.rows))


def held(classes: np.ndarray, values: np.ndarray, rows: np.ndarray, size: int) -> Held:
    """Count the values of each class.

    Args:
        classes: The class of each cell, from 0 without gaps; shape (cells,), at least one.
        values: The code of each cell, shape (cells,).
        rows: The rows of each cell, shape (cells,).
        size: More than the largest code.
    """
    keys, counts = _added_up(classes * size + values, rows)
    starts = np.flatnonzero(np.diff(keys // size, prepend=-1))
    value_rows = np.bincount(keys % size, weights=counts, minlength=size).astype(np.int64)
    return Held(starts, keys % size, counts, np.add.reduceat(counts, starts), value_rows)


def _added_up(keys: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The keys there are, ascending, with the rows of each: counted by place where they are dense, else sorted."""
    span = int(keys.max()) + 1
    if span <= _MOST_PLACES * len(keys):
        dense = np.bincount(keys, weights=rows, minlength=span)
        there = np.flatnonzero(dense)
        return there, dense[there].astype(rows.dtype)
    order = np.argsort(keys)
    ascending = keys[order]
    first = np.flatnonzero(np.diff(ascending, prepend=-1))
    return ascending[first], np.add.reduceat(rows[order], first)


def entropy(held: Held) -> np.ndarray:
    """Entropy of the values of each class in nats, shape (classes,).

    Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam 2007 (l-diversity), definition 4.1: a table is entropy
    l-diverse if it is at least log(l) in every class.
    """
    shares = held.shares
    return np.maximum(-np.add.reduceat(shares * np.log(shares), held.starts), 0.0)


def alpha(held: Held) -> np.ndarray:
    """The share of the most frequent value of each class, shape (classes,).

    Wong, Li, Fu and Wang 2006, definition 2, for every value of the column: (alpha, k)-anonymity asks that no value has
    more than alpha of its class.
    """
    return np.maximum.reduceat(held.rows, held.starts) / held.class_rows


def recursive(held: Held) -> np.ndarray:
    """The least c, not itself included, for which the table is recursively (c, l)-diverse, for l from 2.

    Machanavajjhala et al. 2007, definition 4.2: in every class, with counts r_1 >= r_2 >= ... >= r_m, it asks that
    r_1 < c (r_l + ... + r_m).

    Returns:
        Shape (least number of distinct values in a class - 1,): for l = 2, 3, ...; for a greater l there is none.
    """
    classes = np.repeat(np.arange(len(held.starts)), held.distinct)
    rows = held.rows[np.lexsort((-held.rows, classes))]
    before = np.cumsum(rows) - rows
    before -= np.repeat(before[held.starts], held.distinct)
    places = [held.starts + place for place in range(1, int(held.distinct.min()))]
    return np.array([(rows[held.starts] / (held.class_rows - before[place])).max() for place in places])


def equal_closeness(held: Held) -> np.ndarray:
    """How far the values of each class are from those of the table, every two values equally far; shape (classes,).

    Li, Li and Venkatasubramanian 2007 (t-closeness), section 5.2, equal distance: half the sum of |p - q| over values.
    Values that a class lacks give q, hence the total of 1.
    """
    table = held.value_rows / held.value_rows.sum()
    there = table[held.values]
    gaps = np.add.reduceat(np.abs(held.shares - there) - there, held.starts)
    return np.clip((gaps + 1) / 2, 0.0, 1.0)


def ordered_closeness(held: Held) -> np.ndarray:
    """How far the values of each class are from those of the table, as ranks apart; shape (classes,).

    Li et al. 2007, section 5.1, ordered distance: the sum over ranks of the absolute cumulated difference, over the
    number of values less one. Missing has no rank: it is put as far from every value as the lowest is from the highest.
    With shares a and b of missing values in class and table, |a - b| has to come from or go there, and the rest moves
    in proportion: |a - b| + (1 - max(a, b)) * distance of what is present. The earth mover may do better, so that is
    at least t, and t itself where nothing is missing.
    """
    ranked = np.flatnonzero(held.value_rows[MISSING + 1 :]) + MISSING + 1
    missing = held.values[held.starts] == MISSING
    here = np.where(missing, held.rows[held.starts], 0) / held.class_rows
    there = held.value_rows[MISSING] / held.value_rows.sum()
    gap = np.abs(here - there)
    if len(ranked) <= 1:
        return gap
    return gap + (1 - np.maximum(here, there)) * _moved(held, ranked) / (len(ranked) - 1)


def _moved(held: Held, ranked: np.ndarray) -> np.ndarray:
    """The sum over ranks of |P - F|, P and F the cumulated shares in class and table of what is present.

    P is constant between the values that a class holds, and F ascends, so each stretch is summed in one step: from F's
    cumulated sums, cut where F passes P.
    """
    table = np.cumsum(held.value_rows[ranked]) / held.value_rows[ranked].sum()
    sums = np.concatenate([[0.0], np.cumsum(table)])
    present = held.values != MISSING
    classes = np.repeat(np.arange(len(held.starts)), held.distinct)[present]
    rows, places = held.rows[present], np.searchsorted(ranked, held.values[present])
    present_rows = np.bincount(classes, weights=rows, minlength=len(held.starts))
    first = np.flatnonzero(np.diff(classes, prepend=-1))
    before = np.cumsum(rows) - rows
    within = before + rows - np.repeat(before[first], np.diff(first, append=len(rows)))
    share = within / present_rows[classes]
    ends = np.append(places[1:], len(ranked))
    ends[np.append(first[1:], len(rows)) - 1] = len(ranked)
    cut = np.clip(np.searchsorted(table, share), places, ends)
    stretch = share * (2 * cut - places - ends) + sums[places] + sums[ends] - 2 * sums[cut]
    total = np.bincount(classes, weights=stretch, minlength=len(held.starts))
    total[classes[first]] += sums[places[first]]
    return np.maximum(total, 0.0)
