"""Round marks on an axis."""

from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from synth_assets.report.ticks import MOST_TICKS, day, ticks, years


def days(when: date) -> float:
    return float((when - date(1970, 1, 1)).days)


def microseconds(when: datetime) -> float:
    return (when - datetime(1970, 1, 1)).total_seconds() * 1e6  # noqa: DTZ001 - a local time without zone


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_marks_of_numbers_are_inside_few_and_different(low: float, span: float):
    high = low + span
    assume(high > low)
    marks = ticks("float", low, high)
    assert len(marks.values) <= MOST_TICKS + 2
    assert all(low - 1e-6 * span <= value <= high + 1e-6 * span for value in marks.values)
    assert len(set(marks.labels)) == len(marks.labels)


@pytest.mark.parametrize(
    ("low", "high", "labels", "title"),
    [
        (3, 137, ("20", "40", "60", "80", "100", "120"), ""),
        (-1, 1, ("−1", "−0.5", "0", "0.5", "1"), ""),  # noqa: RUF001 - a minus sign
        (-1e9, 1e9, ("−1", "−0.5", "0", "0.5", "1"), "billions"),  # noqa: RUF001 - as above
        (2e6, 9e6, ("2", "3", "4", "5", "6", "7", "8", "9"), "millions"),
        (1_000.0, 1_000.4, ("1,000", "1,000.05", "1,000.1"), ""),
    ],
)
def test_numbers(low: float, high: float, labels: tuple[str, ...], title: str):
    marks = ticks("float", low, high)
    assert marks.labels[: len(labels)] == labels
    assert marks.title == title


@pytest.mark.parametrize(
    ("low", "high", "labels", "title"),
    [
        (date(2019, 4, 1), date(2019, 4, 5), ("1 Apr", "2 Apr", "3 Apr", "4 Apr", "5 Apr"), "2019"),
        (date(2018, 12, 20), date(2019, 1, 10), ("20 Dec", "25 Dec", "30 Dec", "4 Jan", "9 Jan"), "2018 to 2019"),
        (date(2019, 1, 1), date(2019, 7, 2), ("Jan 2019", "Feb 2019", "Mar 2019"), ""),
        (date(1990, 1, 1), date(2020, 1, 1), ("1990", "1995", "2000"), ""),
        (date(1, 1, 1), date(9999, 12, 31), ("2000", "4000", "6000", "8000"), ""),
    ],
)
def test_dates(low: date, high: date, labels: tuple[str, ...], title: str):
    marks = ticks("date", days(low), days(high))
    assert marks.labels[: len(labels)] == labels
    assert marks.title == title
    assert all(days(low) <= value <= days(high) for value in marks.values)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (datetime(2019, 4, 1), datetime(2019, 4, 1, 2), ("1 Apr 00:00", "1 Apr 00:15")),  # noqa: DTZ001 - local
        (datetime(2019, 4, 1, 5), datetime(2019, 4, 2), ("1 Apr 06:00", "1 Apr 09:00")),  # noqa: DTZ001 - local
        (datetime(1969, 12, 30), datetime(1970, 1, 30), ("30 Dec", "4 Jan")),  # noqa: DTZ001 - local
    ],
)
def test_times(low: datetime, high: datetime, labels: tuple[str, ...]):
    assert ticks("datetime", microseconds(low), microseconds(high)).labels[: len(labels)] == labels


def test_ranges_that_no_mark_fits():
    assert ticks("float", -1e308 * 1.7, 1e308 * 1.7).values
    assert ticks("float", 0.0, 5e-324).values == ()


def test_days_and_years_by_name():
    assert day(days(date(2020, 2, 29))) == "29 Feb"
    assert years(days(date(2019, 12, 31)), days(date(2020, 1, 1))) == "2019 to 2020"
    assert years(days(date(2019, 1, 1)), days(date(2019, 12, 31))) == "2019"
