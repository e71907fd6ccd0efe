"""Pseudonyms: one number a name, the same in every run, moved by the key and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import ProtectionError
from synth_assets.protect.pseudonyms import pseudonyms

KEY = b"k" * 32
HOSPITALS = [f"Hospital {place}" for place in range(200)]


def numbers(names: list[str], *, key: bytes = KEY, digits: int = 6, besides: tuple[str, ...] = ()) -> dict[str, str]:
    return pseudonyms(names, key=key, purpose="Hospital ID", digits=digits, besides=besides)


def test_each_name_has_six_digits_of_its_own():
    made = numbers(HOSPITALS)
    assert set(made) == set(HOSPITALS)
    assert len(set(made.values())) == 200
    assert all(len(number) == 6 and number.isdecimal() for number in made.values())


def test_leading_zeros_are_kept():
    made = numbers([str(place) for place in range(3_000)])
    assert sum(number.startswith("0") for number in made.values()) == pytest.approx(300, abs=70)


def test_the_numbers_are_spread_over_all_there_are():
    leading = [int(number[0]) for number in numbers([str(place) for place in range(5_000)]).values()]
    assert all(abs(leading.count(digit) - 500) < 5 * 500**0.5 for digit in range(10))


def test_the_order_of_the_names_and_repeats_do_not_matter():
    assert numbers(HOSPITALS) == numbers(HOSPITALS[::-1] + HOSPITALS)


def test_another_key_and_another_purpose_give_unrelated_numbers():
    made, other = numbers(HOSPITALS), numbers(HOSPITALS, key=b"l" * 32)
    purpose = pseudonyms(HOSPITALS, key=KEY, purpose="Ward ID")
    assert sum(made[name] == other[name] for name in HOSPITALS) < 3
    assert sum(made[name] == purpose[name] for name in HOSPITALS) < 3


@given(seen=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=40), digits=st.sampled_from([3, 6]))
def test_names_that_were_not_foreseen_move_no_number(seen: list[str], digits: int):
    known = numbers(HOSPITALS, digits=digits)
    made = numbers(HOSPITALS, digits=digits, besides=tuple(seen))
    assert {name: made[name] for name in HOSPITALS} == known
    assert len(set(made.values())) == len(set(HOSPITALS) | set(seen))


def test_clashes_are_resolved():
    made = numbers(HOSPITALS[:50], digits=2)
    assert len(set(made.values())) == 50


def test_too_many_names_are_refused():
    with pytest.raises(ProtectionError, match=r"51 names do not fit in 2 digits\. Allowed: 50; add digits"):
        numbers(HOSPITALS[:50], digits=2, besides=("another",))


@pytest.mark.parametrize("digits", [0, -1, 19, 2.0, True, "6"])
def test_a_number_of_digits_that_cannot_be_is_refused(digits: int):
    with pytest.raises(ProtectionError, match=r"digits is .* Allowed: whole numbers from 1 to 18"):
        numbers(HOSPITALS, digits=digits)


def test_no_names_have_no_numbers():
    assert numbers([]) == {}
