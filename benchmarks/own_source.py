"""A source of one's own, ``synth-assets run`` of its dataset and its largest step alone: time and peak memory.

In a copy of the project, with a Parquet file of visits of patients; once with ``person_column``, once without. The peak
is that of the process that is measured; with ``--every-step`` each asset is made once more by a process of its own.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from machine import print_machine
from measured import Usage, measure

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
LISTS = [f"data/input/{name}.csv" for name in ("hospitals", "treatments", "genders")]
COPIED = ["pyproject.toml", "workspace.yaml", *LISTS]
COMMAND = "import sys; from synth_assets.cli import main; sys.exit(main())"
NAME = "visits"
STEP = f"deidentified_{NAME}"
KEY = "the key of a benchmark, of more than 32 characters"
PERSON = "person_column: patient_id, "


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000], help="rows of the table of 9 columns")
    parser.add_argument("--step-only", action="store_true", help=f"{STEP} alone, without the whole run")
    parser.add_argument("--every-step", action="store_true", help="each asset in a process of its own as well")
    options = parser.parse_args(arguments)
    print_machine()
    print("\n| rows | person_column | what | CPU s | wall s | peak MB |\n|---:|---|---|---:|---:|---:|")
    for rows in options.rows:
        with TemporaryDirectory(prefix="synth-assets-benchmark-") as name:
            own = _Project(Path(name), rows)
            for declared in (True, False):
                own.declare(person=declared)
                own.measured(f"{STEP} alone", "--select", f"+key:{STEP}")
                if not options.step_only:
                    own.measured("the whole run", NAME)
                for asset in own.made() if options.every_step else ():
                    own.measured(f"{asset} alone", "--select", f"key:{asset}")


class _Project:
    """A copy of the project with a dataset of its own, drafted by ``synth-assets new``.

    Attributes:
        root: Where it is.
        rows: Of the dataset's table.
    """

    def __init__(self, root: Path, rows: int) -> None:
        self.root, self.rows, self._declared = root, rows, ""
        shutil.copytree(PROJECT / "synth_assets", root / "synth_assets", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "data" / "input").mkdir(parents=True)
        for copied in COPIED:
            shutil.copy(PROJECT / copied, root / copied)
        table, log = root / f"{NAME}.parquet", root / "log"
        measure([sys.executable, HERE / "side_own_source.py", table, str(rows)], log, {"PYTHONPATH": str(root)})
        self._command("new", NAME, str(table))

    @property
    def _yaml(self) -> Path:
        return self.root / "synth_assets" / "defs" / NAME / "defs.yaml"

    def declare(self, *, person: bool) -> None:
        """Leave in the YAML whose rows they are, or take it out, so that each is somebody else's."""
        text = self._yaml.read_text(encoding="utf-8")
        self._yaml.write_text(text if person else text.replace(PERSON, ""), encoding="utf-8")
        self._declared = "yes" if person else "no"

    def measured(self, what: str, *arguments: str) -> None:
        """Run, and print what it took."""
        used = self._command("run", *arguments)
        figures = f"{used.cpu_s:.1f} | {used.wall_s:.1f} | {used.peak_mb:.0f}"
        print(f"| {self.rows:,} | {self._declared} | {what} | {figures} |", flush=True)

    def made(self) -> list[str]:
        """The assets of the last run, in its order."""
        said = (self.root / "log").read_text(encoding="utf-8")
        return re.findall(r"^(\w+) +[\d,-]+ +[\d.]+$", said, re.MULTILINE)

    def _command(self, *arguments: str) -> Usage:
        """The copy's command; ``-P`` keeps it from finding the project where this is started."""
        variables = {"SYNTH_ASSETS_DATA_DIR": str(self.root / "data"), "SYNTH_ASSETS_KEY": KEY}
        command = [sys.executable, "-P", "-c", COMMAND, *arguments]
        return measure(command, self.root / "log", variables | {"PYTHONPATH": str(self.root)})


if __name__ == "__main__":
    main()
