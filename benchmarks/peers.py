"""Virtual environments for peers, one each, so that what a peer needs never meets what the project needs."""

import subprocess
import sys
from pathlib import Path

ENVIRONMENTS = Path(__file__).resolve().parent / ".environments"
LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"


def peer_python(requirement: str, *, own_versions: bool = False) -> Path:
    """The interpreter of a peer's environment, which is made at the first call.

    numpy, pandas and whatever else both sides use are held to the project's own versions, unless the peer cannot.

    Args:
        requirement: The peer with its version, ``name==version``.
        own_versions: Let the peer choose the versions of what it needs.

    Raises:
        SystemExit: The environment cannot be made.
    """
    folder = ENVIRONMENTS / requirement.replace("==", "-")
    python = folder / "bin" / "python"
    done = folder / "complete"
    if not done.exists():
        ENVIRONMENTS.mkdir(exist_ok=True)
        (ENVIRONMENTS / ".gitignore").write_text("*\n", encoding="utf-8")
        print(f"Making an environment for {requirement} in {folder}", flush=True)
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        pip = (str(python), "-m", "pip", "--quiet", "--disable-pip-version-check")
        _run(*pip, "install", *(() if own_versions else ("-c", str(LOCK))), requirement)
        done.touch()
    return python


def versions(python: Path, *packages: str) -> str:
    """The versions of packages in another environment, on one line."""
    code = "import sys, importlib.metadata as m; print(', '.join(f'{p} {m.version(p)}' for p in sys.argv[1:]))"
    return subprocess.run(
        [str(python), "-c", code, *packages], check=True, capture_output=True, text=True
    ).stdout.strip()


def _run(*command: str) -> None:
    code = subprocess.run(command, check=False).returncode
    if code:
        message = f"This command ended with {code}: {' '.join(command)}. Without it there is no peer to compare with."
        raise SystemExit(message)
