"""A Postgres server for tests alone, where its programs are installed."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from synth_assets_tests.browser.server import free_port

PROGRAMS = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
INITDB = next((Path(program) for program in PROGRAMS if program), None)
NEEDED = pytest.mark.skipif(INITDB is None, reason="Postgres is not installed (apt-get install postgresql)")


def as_owner(folder: Path, *command: str) -> None:
    """Run one of its programs; it refuses to run as root, so the folder's owner runs it."""
    owner = folder.stat().st_uid
    program = str(INITDB.parent / command[0]) if INITDB else command[0]
    subprocess.run(
        [program, *command[1:]],
        user=owner if os.getuid() == 0 else None,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a server whose files are in a folder, which is removed afterwards."""
    folder.mkdir(exist_ok=True)
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    port = free_port()
    (folder / "password").write_text("secret-word", encoding="utf-8")
    (folder / "password").chmod(0o644)
    data, options = str(folder / "data"), f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}"
    as_owner(folder, "initdb", "-D", data, "-U", "steward", "-A", "scram-sha-256", "--pwfile", str(folder / "password"))
    as_owner(folder, "pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://steward:secret-word@127.0.0.1:{port}/postgres"
    finally:
        as_owner(folder, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)
