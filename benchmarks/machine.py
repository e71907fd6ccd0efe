"""What figures were measured on: processor, memory, system and versions. It measures nothing itself."""

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

PACKAGES = ("synth-assets", "dagster", "duckdb", "matplotlib", "numpy", "pandas", "polars", "pyarrow")
UNKNOWN = "unknown"


def machine(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Date, machine and versions, in the order to be shown.

    Args:
        packages: Distributions of this environment whose versions are told.
    """
    return {
        "date": f"{datetime.now(tz=UTC):%Y-%m-%d}",
        "processor": processor(),
        "cores": f"{cores()}, load average {load()}",
        "memory": memory(),
        "system": system(),
        "Python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in packages),
    }


def processor() -> str:
    """The processor's model."""
    return _field(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine() or UNKNOWN


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> str:
    """Processes that wanted a core in the last minute, on average: 0.00 is a quiet machine."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else UNKNOWN


def memory() -> str:
    """Physical memory, in GB of 10^9 bytes."""
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.1f} GB"
    except (AttributeError, OSError, ValueError):
        return UNKNOWN


def system() -> str:
    """The operating system and its kernel."""
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    return f"{name}, {platform.system()} {platform.release()}"


def version(package: str) -> str:
    """The version of an installed distribution."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def print_machine() -> None:
    """One line a fact."""
    for name, value in machine().items():
        print(f"{name:<10} {value}")


def _field(file: Path, name: str) -> str | None:
    """The first value of a ``name : value`` line."""
    if not file.exists():
        return None
    lines = (line.partition(":") for line in file.read_text(encoding="utf-8").splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), None)


if __name__ == "__main__":
    print_machine()
