"""Run a whole process and say what it used.

It must import nothing heavy: a child's peak memory starts at its parent's.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and the processes it started used.

    Attributes:
        wall_s: From start to end, in seconds.
        cpu_s: User and system time of all of them, in seconds.
        peak_mb: Peak resident memory of the largest of them, in MB of 10^6 bytes.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float


class Ended(SystemExit):
    """A process that ended with an error; as an exception that nobody catches, its message.

    Attributes:
        code_or_signal: Its exit code; a signal as a negative number.
        end: The last lines that it wrote.
    """

    def __init__(self, words: Sequence[str], code_or_signal: int, end: str) -> None:
        """Say which command it was."""
        super().__init__(f"This command ended with {code_or_signal}:\n{' '.join(words)}\n{end}")
        self.code_or_signal = code_or_signal
        self.end = end


def measure(command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end. It may write bytecode, so that only a first run has to compile.

    Args:
        command: Program and arguments.
        log: Where its output goes; replaced.
        environment: Variables beside this process's own.

    Raises:
        Ended: The command failed; with the end of its output.
    """
    words = [str(part) for part in command]
    started = time.perf_counter()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env={**_environment(), **(environment or {})},
        )
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])
        raise Ended(words, process.returncode, end)
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _unit() / 1e6)


def medians(usages: Sequence[Usage]) -> Usage:
    """The median of each figure, over at least one run."""
    return Usage(
        median(usage.wall_s for usage in usages),
        median(usage.cpu_s for usage in usages),
        median(usage.peak_mb for usage in usages),
    )


def cpu_so_far() -> float:
    """CPU seconds that this process, and those it started and saw end, have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _unit() -> int:
    """Bytes in the unit of ``ru_maxrss``."""
    return 1 if sys.platform == "darwin" else 1024
