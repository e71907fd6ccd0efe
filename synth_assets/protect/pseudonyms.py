"""Names as numbers that only the holder of the project's key can work out."""

import itertools
from collections.abc import Iterable

from synth_assets.errors import ProtectionError
from synth_assets.storage.key import keyed_hash

_MOST_FILLED = 0.5
_MOST_DIGITS = 18


def pseudonyms(
    names: Iterable[str], *, key: bytes, purpose: str, digits: int = 6, besides: Iterable[str] = ()
) -> dict[str, str]:
    """A number of its own for each name, the same in every run with the same key.

    HMAC-SHA256 of the name, cut to ``digits`` decimal digits. Names whose numbers clash take the next hash, in the
    order of a hash of their own; so give all names that there are, and not only those of one table, and no number ever
    moves.

    Args:
        names: All names that there may be; any number, repeats allowed.
        key: The project's key.
        purpose: What the numbers stand for; the same name has unrelated numbers for two purposes.
        digits: Length of each number, leading zeros kept; from 1 to 18.
        besides: Names that were not foreseen. They get their numbers after the others and move none of them.

    Raises:
        ProtectionError: There are too many names for that many digits, or ``digits`` is out of range.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= _MOST_DIGITS:
        message = f"digits is {digits!r}. Allowed: whole numbers from 1 to {_MOST_DIGITS}."
        raise ProtectionError(message)
    foreseen = set(names)
    groups, room = (foreseen, set(besides) - foreseen), 10**digits
    count = sum(len(group) for group in groups)
    if count > room * _MOST_FILLED:
        message = f"{count} names do not fit in {digits} digits. Allowed: {int(room * _MOST_FILLED)}; add digits."
        raise ProtectionError(message)
    result: dict[str, str] = {}
    taken: set[int] = set()
    for group in groups:
        for name in sorted(group, key=lambda name: keyed_hash(key, f"pseudonym order {purpose}", name)):
            number = _first_free(key, purpose, name, taken, room)
            taken.add(number)
            result[name] = f"{number:0{digits}d}"
    return result


def _first_free(key: bytes, purpose: str, name: str, taken: set[int], room: int) -> int:
    numbers = (_number(key, purpose, name, attempt, room) for attempt in itertools.count())
    return next(number for number in numbers if number not in taken)


def _number(key: bytes, purpose: str, name: str, attempt: int, room: int) -> int:
    return int.from_bytes(keyed_hash(key, f"pseudonym {purpose} {attempt}", name), "big") % room
