"""The reference lists of the project, and lists with something wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from synth_assets.errors import SourceError
from synth_assets.source.references import References, read_references

Maker = Callable[..., Path]

FILES = {
    "hospitals.csv": "Hospital\nA\nB\n",
    "treatments.csv": "Treatment,Code\nSplint,06\n",
    "genders.csv": "Gender,Weight\nMale,1\nFemale,3\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Maker:
    def make(**changed: str | bytes | None) -> Path:
        for name, text in FILES.items():
            new = changed.get(name.removesuffix(".csv"), text)
            if new is not None:
                (tmp_path / name).write_bytes(new.encode() if isinstance(new, str) else new)
        return tmp_path

    return make


def test_the_projects_lists(references: References):
    assert len(references.hospitals) == 26
    assert len(references.treatments) == 39
    assert references.genders == ("Not Known", "Male", "Female", "Not Specified")
    assert references.gender_shares == (0.005, 0.495, 0.495, 0.005)


def test_lists_are_read_as_they_stand_and_weights_become_shares(folder: Maker):
    assert read_references(folder()) == References(("A", "B"), ("Splint",), ("Male", "Female"), (0.25, 0.75))


def test_quotes_other_alphabets_spaces_and_empty_lines(folder: Maker):
    text = '\ufeffCode, Hospital \n1,"St ""A"", N"\n\n2, Ærø \n'
    assert read_references(folder(hospitals=text)).hospitals == ('St "A", N', "Ærø")


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"hospitals": None}, r"There is no file .*hospitals\.csv\. Put it back, with the columns Hospital"),
        ({"hospitals": ""}, r"hospitals\.csv lacks the columns Hospital\. It has: none"),
        ({"hospitals": "Hospital\n"}, r"hospitals\.csv lists no hospital\. Give at least one"),
        ({"hospitals": "Name\nA\n"}, r"lacks the columns Hospital\. It has: Name"),
        ({"hospitals": "Hospital\nA\nB\nA\n"}, r"lists more than once: A\. List each hospital once"),
        ({"treatments": "Treatment,Code\n,06\n"}, r"has rows without a treatment \(1\)"),
        (
            {"treatments": 'Treatment,Code\n"",06\nSplint,07\n'},
            r"treatments\.csv has rows without a treatment \(1\)\. Fill or remove",
        ),
        ({"genders": "Gender,Weight\n,1\nMale,1\n"}, r"genders\.csv has rows without a gender \(1\)"),
        ({"genders": "Gender\nMale\n"}, r"genders\.csv lacks the columns Weight"),
        (
            {"genders": "Gender,Weight\nMale,x\nFemale,\n"},
            r"weights that are not allowed: 'x', \(empty\)\. Allowed: num",
        ),
        ({"genders": "Gender,Weight\nMale,-1\nFemale,nan\n"}, r"weights that are not allowed: '-1', 'nan'"),
        ({"genders": "Gender,Weight\nMale,0\nFemale,0\n"}, r"sum to 0\. Allowed: a number above 0"),
        ({"genders": "Gender,Weight\nMale,inf\n"}, r"weights that are not allowed: 'inf'"),
        ({"genders": "Gender,Weight\nMale,1e308\nFemale,1e308\n"}, r"sum to inf\. Allowed: a number above 0"),
        ({"hospitals": "Hospital\ncafé\n".encode("latin-1")}, r"cannot be read: .*Allowed: CSV in UTF-8"),
        ({"hospitals": "Hospital\nA,B,C\n"}, r"cannot be read"),
    ],
)
def test_what_is_wrong_with_a_list_is_named(folder: Maker, changed: dict[str, str | bytes | None], text: str):
    with pytest.raises(SourceError, match=text):
        read_references(folder(**changed))
