"""Who is compared by ``compare_private``: the project, mbi, dpmm and DataSynthesizer, each with its settings."""

import sys
from dataclasses import dataclass
from pathlib import Path

from peers import peer_python, versions

HERE = Path(__file__).resolve().parent
EPSILON = 1.0
DELTA = 1e-9
EPSILONS = (0.1, 1.0, 10.0)
PARENTS = (1, 2, 3)
FLOOR = "bootstrap of the original"


@dataclass(frozen=True, slots=True)
class Peer:
    """A package with an environment of its own.

    Attributes:
        requirement: ``name==version``.
        shown: The packages of its environment whose versions are told.
        own_versions: Whether it cannot live with the project's versions of what both need.
    """

    requirement: str
    shown: tuple[str, ...]
    own_versions: bool = False

    def python(self) -> Path:
        """The interpreter of its environment, made at the first call.

        Raises:
            SystemExit: The environment cannot be made.
        """
        return peer_python(self.requirement, own_versions=self.own_versions)

    def versions(self) -> str:
        """What its environment holds."""
        return versions(self.python(), *self.shown)


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to make a synthetic table.

    Attributes:
        name: As in the results.
        script: A file beside this one: CSV and schema in, CSV out.
        settings: The script's further arguments.
        peer: Whose environment it needs; ``None`` for the project's own.
    """

    name: str
    script: str
    settings: tuple[str, ...] = ()
    peer: Peer | None = None

    def command(self) -> list[str | Path]:
        """Interpreter, script and settings; files and seed are still missing.

        Raises:
            SystemExit: The peer's environment cannot be made.
        """
        python = Path(sys.executable) if self.peer is None else self.peer.python()
        return [python, HERE / self.script, *self.settings]


MBI = Peer("mbi==2.0.0", ("mbi", "jax", "numpy"))
DPMM = Peer("dpmm==0.1.9", ("dpmm", "opendp", "numpy", "pandas"), own_versions=True)
DATASYNTHESIZER = Peer("DataSynthesizer==0.1.13", ("DataSynthesizer", "numpy", "pandas"))
PEERS = (MBI, DPMM, DATASYNTHESIZER)


def ours(name: str, mode: str, epsilon: float | None = None, max_parents: int = 1) -> Contender:
    """The project in one mode."""
    settings = ["--mode", mode, "--max-parents", str(max_parents)]
    if epsilon is not None:
        settings += _bound(epsilon)
    return Contender(name, "side_synth_assets.py", tuple(settings))


def everybody() -> list[Contender]:
    """References without privacy, the project, and the peers at the same epsilon and delta."""
    bound = _bound(EPSILON)
    mbi = [Contender(f"mbi, {one}", "side_mbi.py", ("--mechanism", one.lower(), *bound), MBI) for one in ("AIM", "MST")]
    dpmm = [
        Contender(f"dpmm, {one}", "side_dpmm.py", ("--mechanism", one.lower(), *bound), DPMM)
        for one in ("AIM", "MST", "PrivBayes")
    ]
    nominal = ("--mode", "correlated", *bound)
    return [
        Contender(FLOOR, "side_bootstrap.py"),
        ours("Synth Assets, independent, no epsilon", "independent"),
        ours("Synth Assets, correlated, no epsilon", "correlated"),
        ours("Synth Assets, independent", "independent", EPSILON),
        ours("Synth Assets, correlated", "correlated", EPSILON),
        *mbi,
        *dpmm,
        Contender("DataSynthesizer, correlated (nominal)", "side_datasynthesizer.py", nominal, DATASYNTHESIZER),
    ]


def ours_by_epsilon() -> list[Contender]:
    """The project at each epsilon and most parents."""
    return [
        ours(f"{epsilon:g} | {parents}", "correlated", epsilon, parents) for epsilon in EPSILONS for parents in PARENTS
    ]


def _bound(epsilon: float) -> tuple[str, ...]:
    return ("--epsilon", str(epsilon), "--delta", str(DELTA))
