"""The names that a dataset had before: what they may be, and what is carried on from them."""

import re
from collections.abc import Sequence

from synth_assets.errors import SchemaError


def check_former(name: str, formerly: Sequence[str]) -> None:
    """Refuse former names that cannot have been any.

    Args:
        name: The dataset's.
        formerly: Its former names, the first one first.

    Raises:
        SchemaError: One is no name, is the present one, or stands twice.
    """
    odd = [former for former in formerly if not re.fullmatch(r"[a-z][a-z0-9_]*", str(former)) or former == name]
    twice = sorted({former for former in formerly if list(formerly).count(former) > 1})
    if odd or twice:
        message = (
            f"Dataset {name!r} has formerly: [{', '.join(map(str, formerly))}]. Not allowed in it: "
            f"{', '.join(map(str, odd or twice))}. Allowed: names that this dataset had before, each once, in small "
            "letters, digits and _, the first one first."
        )
        raise SchemaError(message)
