"""An epsilon in words, for those who sign for it."""

import math

EXAMPLES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Epsilons that people compare with."""

_NEARLY = 0.999


def posterior(prior: float, epsilon: float) -> float:
    """The most that somebody who holds a description can believe of one unit, having believed ``prior``.

    By Bayes' rule with a likelihood ratio of at most e^epsilon (Kasiviswanathan and Smith 2014): e^epsilon p / (1 - p +
    e^epsilon p).

    Args:
        prior: From 0 to 1, both inclusive.
        epsilon: Not negative.

    >>> round(posterior(0.5, 1.0), 3)
    0.731
    """
    return prior / (prior + (1 - prior) * math.exp(-epsilon))


def explained(epsilon: float, delta: float, *, unit: str) -> str:
    """What the bound says, in a few sentences.

    Args:
        epsilon: Above 0.
        delta: From 0.
        unit: What it protects, e.g. ``one person, with up to 3 rows``.
    """
    believed = posterior(0.5, epsilon)
    chance = f", but for a chance of {delta:g}" if delta else ""
    return (
        f"Whoever sees this description, and every table drawn from it, can hardly tell whether {unit} was in the "
        f"data: from a belief of 50 % they get no further than {most_believed(believed)}{chance}. epsilon "
        f"is {epsilon:g}; smaller is more private. It bounds what the presence of {unit} adds, not what is true of "
        "everybody."
    )


def posterior_table(epsilon: float) -> str:
    """A small table in Markdown: what a belief of 50 % can become, for this epsilon and a few others."""
    rows = [
        f"| {_marked(one, one == epsilon)} | {most_believed(posterior(0.5, one))} |"
        for one in sorted({*EXAMPLES, epsilon})
    ]
    head = ["| epsilon (smaller is more private) | a belief of 50 % becomes at most |", "|---:|---:|"]
    return "\n".join([*head, *rows])


def _marked(epsilon: float, own: bool) -> str:  # noqa: FBT001 - whether it is the one in question
    return f"**{epsilon:g}**" if own else f"{epsilon:g}"


def most_believed(chance: float) -> str:
    """The most that a belief can become, rounded up: a bound that is rounded down would be none.

    >>> most_believed(0.73106), most_believed(0.99995)
    ('73.2%', 'nearly 100%')
    """
    return f"{math.ceil(chance * 1000 - 1e-9) / 10:.1f}%" if chance < _NEARLY else "nearly 100%"
