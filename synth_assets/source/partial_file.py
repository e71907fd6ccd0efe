"""The part of a download that has arrived, and what is known of the file that it is of.

It keeps both on disk between tries. It must not talk to a server.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Headers = Mapping[str, str]

_SNIFFED_BYTES = 512


@dataclass(frozen=True, slots=True)
class PartialFile:
    """Bytes from the front of the file at an address.

    Attributes:
        path: Where they are; what is known of the file is beside them, in ``<path>.json``.
        url: The address.
    """

    path: Path
    url: str

    @property
    def size(self) -> int:
        """How many bytes have arrived."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def is_web_page(self) -> bool:
        """Whether the content begins like HTML or XML."""
        with self.path.open("rb") as file:
            return file.read(_SNIFFED_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")

    def resume_headers(self) -> dict[str, str]:
        """What asks a server for the rest, provided the file is unchanged; empty if it has to start again."""
        validator = self._known_validator()
        return {"Range": f"bytes={self.size}-", "If-Range": validator} if self.size and validator else {}

    def is_continued_by(self, answer: Headers) -> bool:
        """Whether an answer with these headers goes on where this part ends, with the same state of the file."""
        begins = answer.get("Content-Range", "").startswith(f"bytes {self.size}-")
        return begins and validator_of(answer) == self._known_validator()

    def remember(self, answer: Headers) -> None:
        """Keep what says later whether the file is still the same."""
        known = {"url": self.url, "validator": validator_of(answer)}
        self._memory.write_text(json.dumps(known), encoding="utf-8")

    def discard(self) -> None:
        """Remove the part and what is known of its file."""
        self.path.unlink(missing_ok=True)
        self._memory.unlink(missing_ok=True)

    def become(self, destination: Path) -> None:
        """Take the destination's place, in one step."""
        self.path.replace(destination)
        self.discard()

    @property
    def _memory(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    def _known_validator(self) -> str:
        try:
            known = json.loads(self._memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ""
        same = isinstance(known, dict) and known.get("url") == self.url
        return str(known.get("validator", "")) if same else ""


def is_encoded(answer: Headers) -> bool:
    """Whether the bytes are sent compressed, so that their number and place are not those of the file."""
    return answer.get("Content-Encoding", "identity") != "identity"


def validator_of(answer: Headers) -> str:
    """What names this very state of a file: its strong ETag, else its date of change; empty where neither is sent."""
    if is_encoded(answer):
        return ""
    etag = answer.get("ETag", "")
    return etag if etag.startswith('"') else answer.get("Last-Modified", "")
