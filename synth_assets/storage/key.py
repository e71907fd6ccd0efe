"""The project's key, and hashes under it. The key itself must not reach a log, a message or a table."""

import hmac
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from synth_assets.errors import StorageError
from synth_assets.storage.files import create_once

KEY_VARIABLE = "SYNTH_ASSETS_KEY"

_FEWEST_CHARACTERS = 32
_KEY_FILE = re.compile(rb"[0-9a-f]{64}\n?")
_OTHERS = 0o077


def project_key(state: Path) -> bytes:
    """The key for pseudonyms, hold-out, rounding and fingerprints.

    Taken from the environment variable ``SYNTH_ASSETS_KEY`` (at least 32 characters), else from the file ``key``, which
    is made at the first call: 64 hexadecimal characters from the operating system's secret source, readable by its
    owner only. The file's text in the variable gives the same key.

    Args:
        state: The folder that holds the file; made with mode 0700.

    Raises:
        StorageError: The variable is too short; the file is not whole, can be read by others, or cannot be made or
            read. A file that is there is never replaced.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given is None:
        return _from_file(state / "key")
    if len(given) < _FEWEST_CHARACTERS:
        message = (
            f"{KEY_VARIABLE} has {len(given)} characters. Allowed: at least {_FEWEST_CHARACTERS}; unset it to use the "
            f"key in {state}."
        )
        raise StorageError(message)
    return os.fsencode(given)


def keyed_hash(key: bytes, purpose: str, value: bytes | str) -> bytes:
    """HMAC-SHA256 (RFC 2104) of a value for one purpose; the same value under another purpose hashes differently.

    The purpose goes in with its length before it, so no two pairs of purpose and value share an input.

    Args:
        key: From ``project_key``.
        purpose: What the hash is for, e.g. ``"hospital pseudonym"``.
        value: What is hashed; text stands for its UTF-8 bytes.

    Returns:
        32 bytes.

    >>> keyed_hash(b"k", "ab", "c") == keyed_hash(b"k", "a", "bc")
    False
    """
    return hmac.digest(key, _label(purpose) + _as_bytes(value), "sha256")


def keyed_hashes(key: bytes, purpose: str, values: Iterable[bytes | str]) -> np.ndarray:
    """``keyed_hash`` of each of many values, nearly twice as fast.

    Args:
        key: From ``project_key``.
        purpose: What the hashes are for.
        values: What is hashed.

    Returns:
        Each hash as four numbers of 64 bits, the first ones of it first; shape (values, 4).
    """
    return hashes_from(hmac.new(key, _label(purpose), "sha256"), values)


def hashes_from(begun: hmac.HMAC, values: Iterable[bytes | str]) -> np.ndarray:
    """The hash of each value after what ``begun`` has hashed, which stays as it is; see ``keyed_hashes``."""
    found = bytearray()
    for value in values:
        one = begun.copy()
        one.update(_as_bytes(value))
        found += one.digest()
    return np.frombuffer(found, ">u8").astype(np.uint64).reshape(-1, 4)


def key_id(key: bytes) -> str:
    """Eight hexadecimal characters that tell keys apart and say nothing about them; may be shown."""
    return keyed_hash(key, "key id", b"")[:4].hex()


def _label(purpose: str) -> bytes:
    label = _as_bytes(purpose)
    return len(label).to_bytes(8, "big") + label


def _as_bytes(value: bytes | str) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def _from_file(path: Path) -> bytes:
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            create_once(path, f"{secrets.token_hex(32)}\n".encode(), mode=0o600)
        _check_mode(path)
        content = path.read_bytes()
    except OSError as error:
        message = (
            f"Cannot read or make the key file {path}: {error.strerror}. Let this user read and write its folder, or "
            f"set {KEY_VARIABLE}."
        )
        raise StorageError(message) from error
    if not _KEY_FILE.fullmatch(content):
        message = (
            f"The key file {path} is damaged: it has {len(content)} bytes, which are not the 64 hexadecimal characters "
            "that were written. Restore it from a backup. Deleting it makes a new key, and with it new pseudonyms."
        )
        raise StorageError(message)
    return content.strip()


def _check_mode(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if os.name == "posix" and mode & _OTHERS:
        message = f"The key file {path} has mode {mode:04o}: others can use it. Allowed: 0600. Run: chmod 600 '{path}'"
        raise StorageError(message)
