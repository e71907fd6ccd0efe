"""Test-range NHS numbers against an independent validator."""

import nhs_number
import numpy as np
import pytest

from synth_assets.errors import SourceError
from synth_assets.source.nhs_numbers import draw_nhs_numbers, number_of_nhs_numbers


def draw(count: int, seed: int = 1) -> list[str]:
    return draw_nhs_numbers(np.random.Generator(np.random.PCG64(seed)), count).to_list()


def test_numbers_are_valid_synthetic_different_and_written_in_groups():
    numbers = draw(5_000)
    assert len(set(numbers)) == 5_000
    assert all(nhs_number.is_valid(number, for_region=nhs_number.REGION_SYNTHETIC) for number in numbers)
    assert all(number == nhs_number.standardise_format(number)[:3] + number[3:] for number in numbers)
    assert all([len(group) for group in number.split(" ")] == [3, 3, 4] for number in numbers)
    assert all(number.startswith("999 ") for number in numbers)


def test_the_range_can_be_drawn_to_its_end_and_holds_every_valid_number():
    numbers = draw(number_of_nhs_numbers())
    assert len(set(numbers)) == number_of_nhs_numbers() == 909_091
    bodies = [f"999{i:06d}" for i in range(0, 1_000_000, 997)]
    digits = [nhs_number.calculate_checksum(body) for body in bodies]
    valid = {f"{body}{digit}" for body, digit in zip(bodies, digits, strict=True) if digit != 10}
    assert valid <= {number.replace(" ", "") for number in numbers}
    assert len(valid) < len(bodies)


def test_order_is_random_but_repeatable():
    assert draw(50) == draw(50) != draw(50, seed=2)
    assert draw(50) != sorted(draw(50))


@pytest.mark.parametrize("count", [-1, 909_092])
def test_more_than_there_are_is_refused(count: int):
    with pytest.raises(SourceError, match=r"Allowed: 0 to 909,091, the test range"):
        draw(count)
