import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from synth_assets.errors import StorageError
from synth_assets.storage.key import key_id, keyed_hash, keyed_hashes, project_key

RACERS = """
import os, sys
from pathlib import Path
from synth_assets.storage.key import key_id, project_key

start, go = os.pipe()
for _ in range(16):
    if os.fork() == 0:
        os.close(go)
        os.read(start, 1)
        os.write(1, f"{key_id(project_key(Path(sys.argv[1])))}\\n".encode())
        os._exit(0)
os.close(start)
os.close(go)
for _ in range(16):
    os.wait()
"""


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SYNTH_ASSETS_KEY", raising=False)


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path):
    state = tmp_path / "data" / "state"
    key = project_key(state)
    assert project_key(state) == key
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "key").stat().st_mode) == 0o600
    assert [file.name for file in state.iterdir()] == ["key"]
    assert len(bytes.fromhex(key.decode())) == 32
    assert project_key(tmp_path / "other") != key


def test_the_environment_comes_first_and_the_files_text_means_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    key = project_key(tmp_path)
    monkeypatch.setenv("SYNTH_ASSETS_KEY", (tmp_path / "key").read_text().strip())
    assert project_key(tmp_path / "never made") == key
    monkeypatch.setenv("SYNTH_ASSETS_KEY", "ä" * 32)
    assert project_key(tmp_path) == ("ä" * 32).encode()
    assert not (tmp_path / "never made").exists()


@pytest.mark.parametrize("given", ["", "x" * 31])
def test_a_short_key_in_the_environment_is_refused_and_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
):
    monkeypatch.setenv("SYNTH_ASSETS_KEY", given)
    with pytest.raises(StorageError, match=rf"has {len(given)} characters. Allowed: at least 32") as caught:
        project_key(tmp_path)
    assert not given or given not in str(caught.value)


def test_of_many_processes_at_once_all_get_the_same_key(tmp_path: Path):
    for attempt in range(5):
        command = [sys.executable, "-c", RACERS, str(tmp_path / str(attempt))]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert len(told) == 16
        assert set(told) == {key_id(project_key(tmp_path / str(attempt)))}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int):
    project_key(tmp_path)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(StorageError, match=rf"has mode {mode:04o}.*Run: chmod 600 '.*key'"):
        project_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n", b"0" * 63, b"0" * 65, b"G" * 64, b"0" * 64 + b"\n\n", b"\0" * 64])
def test_a_damaged_key_is_refused_and_never_replaced(tmp_path: Path, content: bytes):
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(StorageError, match=r"is damaged: it has \d+ bytes.*Restore it from a backup"):
        project_key(tmp_path)
    assert (tmp_path / "key").read_bytes() == content


def test_a_folder_that_cannot_hold_the_key_is_named(tmp_path: Path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(StorageError, match=r"Cannot read or make the key file .*or set SYNTH_ASSETS_KEY"):
        project_key(tmp_path / "state")
    (tmp_path / "other" / "key").mkdir(parents=True)
    (tmp_path / "other" / "key").chmod(0o700)
    with pytest.raises(StorageError, match="Cannot read or make the key file"):
        project_key(tmp_path / "other")


def test_a_link_to_nowhere_is_an_error_rather_than_a_new_key_each_time(tmp_path: Path):
    (tmp_path / "key").symlink_to(tmp_path / "gone")
    with pytest.raises(StorageError, match="Cannot read or make the key file"):
        project_key(tmp_path)


def test_a_keyed_hash_is_what_it_has_always_been():
    """Pseudonyms must not change with a release."""
    expected = "5f9f7ced36d2fa23"
    assert keyed_hash(b"k" * 32, "hospital pseudonym", "St Mary's").hex()[:16] == expected


@given(st.text(), st.text(), st.text(), st.text())
def test_no_two_pairs_of_purpose_and_value_collide(purpose: str, value: str, other_purpose: str, other_value: str):
    assume((purpose, value) != (other_purpose, other_value))
    assert keyed_hash(b"k", purpose, value) != keyed_hash(b"k", other_purpose, other_value)


@given(st.text(max_size=5), st.text(max_size=5))
def test_the_border_between_purpose_and_value_counts(purpose: str, value: str):
    hashes = {
        keyed_hash(b"k", (purpose + value)[:cut], (purpose + value)[cut:]) for cut in range(len(purpose + value) + 1)
    }
    assert len(hashes) == len(purpose + value) + 1


@given(st.characters(), st.binary(min_size=1))
def test_text_stands_for_its_bytes_and_the_key_matters(text: str, key: bytes):
    hashed = keyed_hash(key, "p", text)
    assert len(hashed) == 32
    assert hashed == keyed_hash(key, "p", text.encode("utf-8", "surrogatepass"))
    assert hashed != keyed_hash(key + b"x", "p", text)


def test_a_key_id_tells_keys_apart_without_telling_them():
    keys = [os.urandom(32).hex().encode() for _ in range(50)]
    ids = {key_id(key) for key in keys}
    assert len(ids) == 50
    assert all(len(name) == 8 and name.encode() not in key for name in ids for key in keys)


@given(st.binary(min_size=1, max_size=200), st.text(max_size=20), st.lists(st.text() | st.binary(), max_size=5))
def test_many_hashes_are_those_of_each_value(key: bytes, purpose: str, values: list[str | bytes]):
    many = keyed_hashes(key, purpose, values)
    assert many.shape == (len(values), 4)
    assert [row.astype(">u8").tobytes() for row in many] == [keyed_hash(key, purpose, value) for value in values]
