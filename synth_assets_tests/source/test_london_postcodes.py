"""The user's file before a download before a mock."""

import gzip
import hashlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from synth_assets.errors import SourceError
from synth_assets.source.london_postcodes import LondonPostcodes, find_postcodes

if TYPE_CHECKING:
    from synth_assets_tests.source.conftest import Site

GOOD = b"Postcode,In Use?,LSOA Code,Index of Multiple Deprivation\nBR1 1AA,Yes,E01000675,24305\n"
NAME = "London postcodes.csv"


def find(folder: Path, **options: object) -> LondonPostcodes:
    return find_postcodes(folder, np.random.Generator(np.random.PCG64(1)), **options)  # pyrefly: ignore[bad-argument-type]  # passed on


def serve(site: "Site", body: bytes, status: int = 200) -> None:
    def give(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.answers = [give]


@pytest.mark.parametrize(("name", "content"), [(NAME, GOOD), (f"{NAME}.gz", gzip.compress(GOOD))])
def test_the_users_file_comes_first(tmp_path: Path, site: "Site", name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    found = find(tmp_path, download_url=site.url)
    assert (found.origin, found.path, found.rows) == ("file", tmp_path / name, 1)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert site.requests == []


def test_two_files_are_not_chosen_between(tmp_path: Path):
    (tmp_path / NAME).write_bytes(GOOD)
    (tmp_path / f"{NAME}.gz").write_bytes(gzip.compress(GOOD))
    with pytest.raises(SourceError, match=r"holds both London postcodes\.csv and .*\.gz\. Remove the one"):
        find(tmp_path)


def test_a_bad_file_is_an_error_and_not_replaced_by_a_mock(tmp_path: Path, site: "Site"):
    (tmp_path / NAME).write_bytes(b"Postcode\nX\n")
    with pytest.raises(SourceError, match=r"London postcodes\.csv cannot be used"):
        find(tmp_path, download_url=site.url)


def test_a_download_is_used_and_kept(tmp_path: Path, site: "Site"):
    serve(site, GOOD)
    seen: list[int] = []
    found = find(tmp_path / "input", download_url=site.url, progress=lambda done, _total: seen.append(done))
    assert (found.origin, found.path, found.rows) == ("download", tmp_path / "input" / NAME, 1)
    assert found.sha256 == hashlib.sha256(GOOD).hexdigest()
    assert seen[-1] == len(GOOD)
    assert find(tmp_path / "input", download_url=site.url).origin == "file"
    assert len(site.requests) == 1
    assert [path.name for path in (tmp_path / "input").iterdir()] == [NAME]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (GOOD.replace(b"24305", b"99999"), 200, r"unchecked cannot be used as a postcode directory"),
        (b"Too many requests", 200, r"Missing columns"),
        (b"<html>Sorry</html>", 200, r"a web page in place of the file"),
        (GOOD, 404, r"answered 404"),
    ],
)
def test_a_download_that_fails_never_takes_the_files_place(
    tmp_path: Path, site: "Site", body: bytes, status: int, text: str
):
    serve(site, body, status)
    with pytest.raises(SourceError, match=text):
        find(tmp_path, download_url=site.url)
    assert not (tmp_path / NAME).exists()


def test_limits_reach_the_download(tmp_path: Path, site: "Site"):
    serve(site, GOOD)
    with pytest.raises(SourceError, match=r"larger than 10 bytes"):
        find(tmp_path, download_url=site.url, size_limit_bytes=10)


def test_without_file_and_address_there_is_a_mock(tmp_path: Path):
    found = find(tmp_path / "none", mock_rows=100)
    assert (found.origin, found.path, found.sha256, found.rows) == ("mock", None, None, 100)


def test_the_edition_bounds_the_ranks_of_files_and_mocks(tmp_path: Path):
    ranks = find(tmp_path, imd_edition="2010", mock_rows=10).table["Index of Multiple Deprivation"]
    assert ranks.is_between(1, 32_482).all()
    (tmp_path / NAME).write_bytes(GOOD.replace(b"24305", b"33000"))
    assert find(tmp_path, imd_edition="2025").rows == 1
    with pytest.raises(SourceError, match=r"outside the ranks of IMD 2019"):
        find(tmp_path)
