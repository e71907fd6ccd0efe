"""Fetch one file over HTTP so that it is either there whole or not at all.

What arrives goes to a file beside the destination and is renamed at the end. It must not look into the data beyond
telling a web page from a data file.
"""

import hashlib
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import requests
import urllib3

from synth_assets.errors import SourceError
from synth_assets.source.partial_file import PartialFile, is_encoded

Progress: TypeAlias = Callable[[int, int | None], None]

LONDON_POSTCODES_URL = "https://www.doogal.co.uk/UKPostcodesCSV.ashx?region=E12000007"
"""The postcodes of the region London (E12000007) at doogal.co.uk, the address that the ODI tutorial gives."""

_PAUSES_S = (1.0, 2.0, 4.0)
_STALL_S = 30.0
_PIECE_BYTES = 1 << 18
_BUSY = (requests.codes.request_timeout, requests.codes.too_early, requests.codes.too_many_requests)


@dataclass(frozen=True, slots=True)
class Download:
    """A file that arrived whole.

    Attributes:
        path: Where it is.
        sha256: Of its content, in hexadecimal.
        bytes: Its size.
        resumed: Whether its last part continued an earlier, interrupted try.
    """

    path: Path
    sha256: str
    bytes: int
    resumed: bool


@dataclass(frozen=True, slots=True)
class _Order:
    """What to fetch, to where and within which limits; ``deadline`` is in seconds of the monotonic clock."""

    part: PartialFile
    deadline: float
    time_limit_s: float
    size_limit_bytes: int
    progress: Progress

    @property
    def url(self) -> str:
        return self.part.url

    def check_time(self) -> None:
        if time.monotonic() >= self.deadline:
            message = (
                f"The download of {self.url} took longer than {self.time_limit_s:g} s, its limit. Raise the limit."
            )
            raise SourceError(message)

    def check_size(self, size: int) -> None:
        if size > self.size_limit_bytes:
            self.part.discard()
            limit = f"{self.size_limit_bytes:,} bytes, its limit"
            message = f"The file at {self.url} is larger than {limit}. Raise the limit, or check the address."
            raise SourceError(message)


class _InterruptedError(Exception):
    """A try broke off for a reason that may pass; what arrived is kept."""


def download(
    url: str, destination: Path, *, time_limit_s: float, size_limit_bytes: int, progress: Progress
) -> Download:
    """Fetch ``url`` to ``destination``, replacing what is there only when everything has arrived.

    Broken connections and busy servers are tried again, four times in all. What has arrived waits in
    ``<destination>.part`` and is continued from, by the next try or the next call, where the server gave an ETag or a
    date of change and confirms that the file is still the same (If-Range, RFC 9110 section 13.1.5); else it starts
    again.

    Args:
        url: With http or https, and without a user name.
        destination: The file to make; its folder is made too.
        time_limit_s: Seconds for the whole download, tries and pauses included; a server that falls silent is noticed
            within 30 seconds.
        size_limit_bytes: The largest file allowed.
        progress: Called after each piece with the bytes so far and the bytes in all, ``None`` where the server does not
            say.

    Raises:
        SourceError: A limit is reached, the address or the server's answer is no use, or the tries are used up.
            ``destination`` is then as it was.
    """
    _check_request(url, time_limit_s, size_limit_bytes)
    part = PartialFile(destination.with_name(destination.name + ".part"), url)
    order = _Order(part, time.monotonic() + time_limit_s, time_limit_s, size_limit_bytes, progress)
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        resumed = _fetch_with_patience(order)
        with part.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        part.become(destination)
    except OSError as error:
        message = f"{destination} cannot be written: {error.strerror or error}. Make room or change its permissions."
        raise SourceError(message) from error
    return Download(destination, sha256, destination.stat().st_size, resumed)


def _check_request(url: str, time_limit_s: float, size_limit_bytes: int) -> None:
    try:
        address = urlsplit(url)
        usable = address.scheme in {"http", "https"} and bool(address.hostname) and address.username is None
    except ValueError:
        usable = False
    if not usable:
        message = "The download address cannot be used. Allowed: http:// or https:// and a host, without a user name."
        raise SourceError(message)
    if not (time_limit_s > 0 and size_limit_bytes > 0):
        message = f"The download limits are {time_limit_s:g} s and {size_limit_bytes:,} bytes. Allowed: above 0."
        raise SourceError(message)


def _fetch_with_patience(order: _Order) -> bool:
    reason = ""
    for pause in (*_PAUSES_S, 0.0):
        try:
            return _fetch(order)
        except _InterruptedError as interruption:
            reason = str(interruption)
        time.sleep(max(min(pause, order.deadline - time.monotonic()), 0.0))
        order.check_time()
    message = (
        f"The download of {order.url} failed {len(_PAUSES_S) + 1} times, the last time because {reason}. Try again "
        "later (it goes on from where it stopped if it can), or put the file in place yourself."
    )
    raise SourceError(message)


def _fetch(order: _Order) -> bool:
    """One try. Returns whether it continued a part that was there."""
    order.check_time()
    with _network_errors(order), _ask(order) as answer:
        offset = _offset(order, answer)
        total = _total_bytes(answer, offset)
        order.check_size(total or 0)
        order.part.remember(answer.headers)
        _receive(order, answer, offset, total)
    _check_content(order, total)
    return offset > 0


def _ask(order: _Order) -> requests.Response:
    headers = {"Accept-Encoding": "identity"} | order.part.resume_headers()
    timeout = min(_STALL_S, max(order.deadline - time.monotonic(), 0.01))
    return requests.get(order.url, headers=headers, stream=True, timeout=timeout)


def _offset(order: _Order, answer: requests.Response) -> int:
    """Where in the file the answer's first byte belongs."""
    status = answer.status_code
    if status == requests.codes.ok:
        return 0
    if status == requests.codes.partial and order.part.is_continued_by(answer.headers):
        return order.part.size
    if status in {requests.codes.partial, requests.codes.requested_range_not_satisfiable}:
        order.part.discard()
        message = "the file has changed since the part that was there"
        raise _InterruptedError(message)
    if status in _BUSY or status >= requests.codes.server_error:
        message = f"the server answered {status} {answer.reason}"
        raise _InterruptedError(message)
    order.part.discard()
    message = f"The server answered {status} {answer.reason} to {order.url}. Check the address."
    raise SourceError(message)


def _total_bytes(answer: requests.Response, offset: int) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return offset + int(length) if length.isdecimal() and not is_encoded(answer.headers) else None


def _receive(order: _Order, answer: requests.Response, offset: int, total: int | None) -> None:
    """Writes what arrives behind ``offset``; it is on the disk then."""
    done = offset
    with order.part.path.open("ab" if offset else "wb") as file:
        while piece := answer.raw.read1(_PIECE_BYTES, decode_content=True):
            file.write(piece)
            done += len(piece)
            order.check_size(done)
            order.check_time()
            order.progress(done, total)
        file.flush()
        os.fsync(file.fileno())


def _check_content(order: _Order, total: int | None) -> None:
    size = order.part.size
    if total is not None and size != total:
        message = f"{size:,} of {total:,} bytes arrived"
        raise _InterruptedError(message)
    if size and not order.part.is_web_page:
        return
    order.part.discard()
    found = "a web page" if size else "nothing"
    message = f"The server sent {found} in place of the file for {order.url}. Look at the address in a browser."
    raise SourceError(message)


@contextmanager
def _network_errors(order: _Order) -> Generator[None]:
    """What the network does wrong, as an interruption or, where trying again is no use, an error."""
    try:
        yield
    except requests.TooManyRedirects as error:
        message = f"{order.url} leads from one address to the next without end. Look at the address in a browser."
        raise SourceError(message) from error
    except requests.exceptions.SSLError as error:
        message = f"The server of {order.url} has no certificate that this machine trusts. Check address and clock."
        raise SourceError(message) from error
    except (requests.ConnectionError, requests.Timeout) as error:
        message = "the server could not be reached"
        raise _InterruptedError(message) from error
    except (requests.RequestException, urllib3.exceptions.LocationParseError) as error:
        message = f"{order.url} cannot be fetched ({type(error).__name__}). Check the address."
        raise SourceError(message) from error
    except urllib3.exceptions.HTTPError as error:
        message = f"the connection broke after {order.part.size:,} bytes"
        raise _InterruptedError(message) from error
