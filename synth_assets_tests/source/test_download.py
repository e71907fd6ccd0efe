"""Downloads against a server that drops, changes, stalls and lies."""

import gzip
import hashlib
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from synth_assets.errors import SourceError
from synth_assets.source.download import Download, Progress, download

if TYPE_CHECKING:
    from synth_assets_tests.source.conftest import Site

CONTENT = b"Postcode,In Use?\n" + b"".join(b"BR1 %dAA,Yes\n" % i for i in range(10)) * 4_000
Answer = Callable[[BaseHTTPRequestHandler], None]


def answer(
    body: bytes = CONTENT, status: int = 200, *, length: int | None = -1, cut: int | None = None, **headers: str
) -> Answer:
    """The body, its true length declared unless another (or none) is given, cut off after ``cut`` bytes."""

    def give(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if length is not None:
            handler.send_header("Content-Length", str(len(body) if length < 0 else length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body[:cut])

    return give


def ranged(body: bytes = CONTENT, *, etag: str = '"v1"', ignores_if_range: bool = False) -> Answer:
    """What a server with ranges does: the rest if the file is unchanged, else all of it."""

    def give(handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range")
        if wanted and (ignores_if_range or handler.headers.get("If-Range") == etag):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            content_range = f"bytes {start}-{len(body) - 1}/{len(body)}"
            answer(body[start:], 206, ETag=etag, Content_Range=content_range)(handler)
        else:
            answer(body, ETag=etag)(handler)

    return give


def chunked(body: bytes = CONTENT, *, ended: bool) -> Answer:
    sent = b"%x\r\n%b\r\n" % (len(body), body) + (b"0\r\n\r\n" if ended else b"")
    return answer(sent, length=None, Transfer_Encoding="chunked")


def slow(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _ in range(100):
        try:
            handler.wfile.write(b"x")
        except OSError:
            return
        time.sleep(0.05)


def redirect(handler: BaseHTTPRequestHandler) -> None:
    answer(b"", 302, Location="/London%20postcodes.csv")(handler)


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "input" / "London postcodes.csv"


def fetch(
    url: str,
    destination: Path,
    *,
    time_limit_s: float = 20.0,
    size_limit_bytes: int = 10_000_000,
    progress: Progress = lambda _done, _total: None,
) -> Download:
    return download(url, destination, time_limit_s=time_limit_s, size_limit_bytes=size_limit_bytes, progress=progress)


def test_a_whole_file_arrives_with_its_checksum_and_nothing_beside_it(site: "Site", destination: Path):
    site.answers = [answer()]
    seen: list[tuple[int, int | None]] = []
    result = fetch(site.url, destination, progress=lambda done, total: seen.append((done, total)))
    assert destination.read_bytes() == CONTENT
    assert result == Download(destination, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), resumed=False)
    assert [path.name for path in destination.parent.iterdir()] == [destination.name]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)


def test_without_a_declared_length_the_total_is_unknown(site: "Site", destination: Path):
    site.answers = [answer(length=None)]
    seen: list[int | None] = []
    assert fetch(site.url, destination, progress=lambda _done, total: seen.append(total)).bytes == len(CONTENT)
    assert set(seen) == {None}


def test_a_chunked_answer_is_whole_only_with_its_end(site: "Site", destination: Path):
    site.answers = [chunked(CONTENT[:5000], ended=False), chunked(ended=True)]
    fetch(site.url, destination)
    assert destination.read_bytes() == CONTENT
    assert len(site.requests) == 2


def test_a_compressed_answer_is_written_plain(site: "Site", destination: Path):
    site.answers = [answer(gzip.compress(CONTENT), Content_Encoding="gzip", ETag='"v1"')]
    assert fetch(site.url, destination).bytes == len(CONTENT)
    assert destination.read_bytes() == CONTENT


def test_a_compressed_part_is_not_continued(site: "Site", destination: Path):
    site.answers = [answer(gzip.compress(CONTENT), Content_Encoding="gzip", ETag='"v1"', cut=300), ranged()]
    assert not fetch(site.url, destination).resumed
    assert destination.read_bytes() == CONTENT


def test_a_dropped_connection_is_continued(site: "Site", destination: Path):
    site.answers = [answer(ETag='"v1"', cut=len(CONTENT) // 2), ranged()]
    result = fetch(site.url, destination)
    assert destination.read_bytes() == CONTENT
    assert result.resumed
    assert site.requests[1]["Range"] == f"bytes={len(CONTENT) // 2}-"
    assert site.requests[1]["If-Range"] == '"v1"'


def test_the_next_call_continues_where_the_last_one_gave_up(site: "Site", destination: Path):
    half = len(CONTENT) // 2
    site.answers = [answer(Last_Modified="Mon, 01 Apr 2019 00:00:00 GMT", cut=half), answer(b"", 503)]
    with pytest.raises(SourceError, match=r"failed 4 times, the last time because the server answered 503"):
        fetch(site.url, destination)
    assert not destination.exists()
    assert len(site.requests) == 4
    modified = {"Last_Modified": "Mon, 01 Apr 2019 00:00:00 GMT"}
    content_range = f"bytes {half}-{len(CONTENT) - 1}/{len(CONTENT)}"
    site.answers = [answer(CONTENT[half:], 206, Content_Range=content_range, **modified)]
    assert fetch(site.url, destination).resumed
    assert destination.read_bytes() == CONTENT


@pytest.mark.parametrize("second", [answer(), answer(ETag='W/"v1"'), ranged(CONTENT, etag='"v2"')])
def test_a_file_without_ranges_or_with_another_etag_starts_again(site: "Site", destination: Path, second: Answer):
    site.answers = [answer(b"old" + CONTENT, ETag='"v1"', cut=1000), second]
    result = fetch(site.url, destination)
    assert destination.read_bytes() == CONTENT
    assert not result.resumed


def test_a_weak_etag_is_not_trusted_to_continue(site: "Site", destination: Path):
    site.answers = [answer(ETag='W/"v1"', cut=1000), answer()]
    fetch(site.url, destination)
    assert "Range" not in site.requests[1]


def test_a_server_that_continues_a_changed_file_is_not_believed(site: "Site", destination: Path):
    site.answers = [answer(b"old" + CONTENT, ETag='"v1"', cut=1000), ranged(etag='"v2"', ignores_if_range=True)]
    assert not fetch(site.url, destination).resumed
    assert destination.read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_starts_again(site: "Site", destination: Path):
    site.answers = [answer(CONTENT * 2, ETag='"v1"', cut=len(CONTENT) + 5), answer(b"", 416), answer()]
    assert not fetch(site.url, destination).resumed
    assert destination.read_bytes() == CONTENT


def test_a_part_of_another_address_is_not_continued(site: "Site", destination: Path):
    site.answers = [answer(ETag='"v1"', cut=1000)]
    with pytest.raises(SourceError, match=r"the connection broke after 1,000 bytes"):
        fetch(site.url + "?region=other", destination)
    site.requests.clear()
    site.answers = [ranged()]
    assert not fetch(site.url, destination).resumed
    assert "Range" not in site.requests[0]


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (answer(b"<!DOCTYPE html><p>Sorry", Content_Type="text/html"), r"sent a web page in place of the file"),
        (answer(b"\xef\xbb\xbf\n <?xml version='1.0'?><Error/>"), r"sent a web page in place of the file"),
        (answer(b""), r"sent nothing in place of the file"),
        (answer(b"gone", 404), r"answered 404 Not Found to http://127\.0\.0\.1.*Check the address"),
        (answer(b"no", 403), r"answered 403 Forbidden"),
        (redirect, r"from one address to the next without end"),
        (answer(b"no", 500), r"failed 4 times, the last time because the server answered 500"),
        (answer(cut=100), r"the connection broke after 100 bytes"),
    ],
)
def test_a_useless_answer_is_an_error_and_leaves_the_old_file(site: "Site", destination: Path, bad: Answer, text: str):
    destination.parent.mkdir()
    destination.write_text("good")
    site.answers = [bad]
    with pytest.raises(SourceError, match=text):
        fetch(site.url, destination)
    assert destination.read_text() == "good"


@pytest.mark.parametrize("length", [-1, None])
def test_a_file_above_the_size_limit_is_refused_and_its_part_removed(
    site: "Site", destination: Path, length: int | None
):
    site.answers = [answer(length=length)]
    with pytest.raises(SourceError, match=r"larger than 1,000 bytes, its limit\. Raise the limit"):
        fetch(site.url, destination, size_limit_bytes=1_000)
    assert list(destination.parent.iterdir()) == []


def test_a_server_that_trickles_meets_the_time_limit(site: "Site", destination: Path):
    site.answers = [slow]
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"took longer than 0\.3 s, its limit"):
        fetch(site.url, destination, time_limit_s=0.3)
    assert time.monotonic() - started < 3


def test_a_server_that_is_not_there_is_an_error(destination: Path):
    with pytest.raises(SourceError, match=r"longer than 0\.2 s|could not be reached"):
        fetch("http://127.0.0.1:9/postcodes.csv", destination, time_limit_s=0.2)


@pytest.mark.parametrize(
    "url", ["", "doogal", "file:///etc/passwd", "ftp://x/y", "http://", "http://me:pw@x/", "http://["]
)
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(destination: Path, url: str):
    with pytest.raises(SourceError, match=r"Allowed: http:// or https:// and a host, without a user name") as caught:
        fetch(url, destination)
    assert "pw" not in str(caught.value)


def test_an_address_that_no_host_can_have_is_an_error(destination: Path):
    with pytest.raises(SourceError, match=r"Check the address"):
        fetch("http://a..b/", destination)


@pytest.mark.parametrize(("time_limit_s", "size_limit_bytes"), [(0, 1), (-1, 1), (float("nan"), 1), (1, 0)])
def test_limits_have_to_be_positive(destination: Path, time_limit_s: float, size_limit_bytes: int):
    with pytest.raises(SourceError, match=r"Allowed: above 0"):
        fetch("http://127.0.0.1:9/", destination, time_limit_s=time_limit_s, size_limit_bytes=size_limit_bytes)


def test_a_folder_that_cannot_be_made_is_an_error(site: "Site", tmp_path: Path):
    (tmp_path / "file").write_text("")
    site.answers = [answer()]
    with pytest.raises(SourceError, match=r"cannot be written: .*Make room or change its permissions"):
        fetch(site.url, tmp_path / "file" / "London postcodes.csv")
