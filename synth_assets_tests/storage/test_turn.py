"""One at a time, whoever dies."""

import subprocess
import sys
from pathlib import Path

import pytest

from synth_assets.errors import StorageError
from synth_assets.storage.turn import turn

HOLDER = """
import sys, time
from pathlib import Path
from synth_assets.storage.turn import turn
with turn(Path(sys.argv[1]), "wait"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_turn_is_given_once_and_again_afterwards(tmp_path: Path):
    path = tmp_path / "new" / "turn"
    refused = pytest.raises(StorageError, match="Cannot do the release of 'ae' now")
    with turn(path, "release of 'ae'"), refused, turn(path, "release of 'ae'", 0):
        pass
    with turn(path, "release of 'ae'", 0), turn(tmp_path / "another", "release of 'other'", 0):
        pass


def test_a_turn_ends_with_the_process_that_holds_it(tmp_path: Path):
    path = tmp_path / "turn"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StorageError, match="another process has been at it"), turn(path, "release", 0):
            pass
        holder.kill()
    with turn(path, "release", 0):
        pass


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made"), turn(tmp_path / "file" / "turn", "release", 0):
        pass
