"""Names as numbers that only the holder of the project's key can work out."""

from collections.abc import Iterable

from synth_assets.errors import ProtectionError
from synth_assets.storage.key import keyed_hash

_MOST_FILLED = 0.5


def pseudonyms(names: Iterable[str], *, key: bytes, purpose: str, digits: int = 6) -> dict[str, str]:
    """A number of its own for each name, the same in every run with the same key.

    HMAC-SHA256 of the name, cut to ``digits`` decimal digits. Names whose numbers clash take the next hash, in the
    order of their first hashes; so give all names that there are, not only those of one table, and no number ever moves.

    Args:
        names: Any number, repeats allowed.
        key: The project's key.
        purpose: What the numbers stand for; the same name has unrelated numbers for two purposes.
        digits: Length of each number, leading zeros kept.

    Raises:
        ProtectionError: There are too many names for that many digits.
    """
    distinct = set(names)
    room = 10**digits
    if len(distinct) > room * _MOST_FILLED:
        message = (
            f"{len(distinct)} names do not fit in {digits} digits. Allowed: {int(room * _MOST_FILLED)}; add digits."
        )
        raise ProtectionError(message)
    result: dict[str, str] = {}
    taken: set[int] = set()
    for name in sorted(distinct, key=lambda name: keyed_hash(key, f"pseudonym order {purpose}", name)):
        attempt = 0
        while (number := _number(key, purpose, name, attempt, room)) in taken:
            attempt += 1
        taken.add(number)
        result[name] = f"{number:0{digits}d}"
    return result


def _number(key: bytes, purpose: str, name: str, attempt: int, room: int) -> int:
    return int.from_bytes(keyed_hash(key, f"pseudonym {purpose} {attempt}", name), "big") % room
