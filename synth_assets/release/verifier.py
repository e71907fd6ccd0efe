"""Verify a release: that its files are as they were written, and its tables as they are described.

Run it as ``python verify.py [--digest HEX]``; it needs Python 3.11 and duckdb alone. The digest is the SHA-256 of
manifest.json as the publisher told it by another way: without it, who changes a file and the manifest goes unnoticed.
"""

import argparse
import csv
import glob
import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

MANIFEST = "manifest.json"
PACKAGE = "datapackage.json"

Document: TypeAlias = dict[str, Any]

_TYPES = {
    "integer": ("BIGINT", "integer"),
    "float": ("DOUBLE", "number"),
    "category": ("VARCHAR", "string"),
    "boolean": ("BOOLEAN", "boolean"),
    "date": ("DATE", "date"),
    "datetime": ("TIMESTAMP", "datetime"),
    "text": ("VARCHAR", "string"),
}
_PLACEHOLDER = "synthetic text [0-9]+"


def problems(folder: Path, digest: str | None = None) -> list[str]:
    """Everything that is wrong with a release, as sentences; empty where it is as it was published.

    Args:
        folder: The release.
        digest: The SHA-256 of its manifest, in hexadecimal; ``None`` leaves the manifest itself unchecked.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content)
        files, tables = dict(manifest["files"]), list(manifest["tables"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{MANIFEST} cannot be read ({type(error).__name__})"]
    found = []
    if digest is not None and hashlib.sha256(content).hexdigest() != digest.strip().lower():
        found.append(f"{MANIFEST} is not the one whose digest was given")
    found += _changed_files(folder, files)
    for table in tables:
        try:
            found += _Table(folder, str(table)).problems()
        except (OSError, ValueError, KeyError, TypeError, StopIteration, csv.Error, duckdb.Error) as error:
            found.append(f"{table}: cannot be read as it is described ({type(error).__name__})")
    return found


def _changed_files(folder: Path, files: Document) -> Iterator[str]:
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")} if folder.is_dir() else {}
    for name in sorted({*files, *there} - {MANIFEST}):
        if name not in there:
            yield f"{name} is missing"
        elif name not in files:
            yield f"{name} is not in the manifest"
        elif there[name].is_symlink() or not there[name].is_file():
            yield f"{name} is not a file of its own"
        elif (there[name].stat().st_size, _sha256(there[name])) != (files[name]["bytes"], files[name]["sha256"]):
            yield f"{name} is not as it was written"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Table:
    """One table: its Parquet file, its CSV file and what is said of it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._name = name
        self._files = {kind: folder / f"{name}.{kind}" for kind in ("parquet", "csv")}
        described = json.loads((folder / f"{name}_description.json").read_text("utf-8"))
        self._columns: list[Document] = described["columns"]
        self._constraints: list[Document] = described["constraints"]
        package = json.loads((folder / PACKAGE).read_text("utf-8"))
        self._resource = next(one for one in package["resources"] if one["name"] == name.lower())
        self._places = {column["name"]: f"c{place}" for place, column in enumerate(self._columns)}
        self._duckdb = duckdb.connect()
        self._duckdb.execute("set disabled_optimizers = 'filter_pushdown,statistics_propagation'")  # see ``_count``

    def problems(self) -> list[str]:
        """What is wrong with it; its values are looked at only where its columns are right."""
        with self._duckdb:
            found = [*self._wrong_columns()] or [*self._wrong_values()]
        return [f"{self._name}: {problem}" for problem in found]

    def _wrong_columns(self) -> Iterator[str]:
        names, kinds = list(self._places), [_type(column) for column in self._columns]
        parquet = self._from("parquet")
        source = f"select name from parquet_schema({self._quoted('parquet')}) offset 1"
        if [name for (name,) in self._duckdb.sql(source).fetchall()] != names:
            yield "the columns of the Parquet file are not those of the description"
        elif [str(kind) for kind in self._duckdb.sql(f"select * from {parquet}").types] != kinds:
            yield "the types of the Parquet file are not those of the description"
        with self._files["csv"].open(encoding="utf-8", newline="") as file:
            if next(csv.reader(file), []) != names:
                yield "the columns of the CSV file are not those of the description"
        if [_field(field) for field in self._resource["schema"]["fields"]] != [*map(_expected, self._columns)]:
            yield f"the fields in {PACKAGE} are not those of the description"

    def _from(self, kind: str) -> str:
        """A table function whose columns are called c0, c1, ... whatever their names; those of CSV are all text."""
        if kind == "parquet":
            return f"read_parquet({self._quoted(kind)}) as t({', '.join(self._places.values())})"
        columns = ", ".join(f"'{place}': 'VARCHAR'" for place in self._places.values())
        return (
            f"read_csv({self._quoted(kind)}, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
            f"nullstr='', allow_quoted_nulls=false, columns={{{columns}}})"
        )

    def _quoted(self, kind: str) -> str:
        return "'" + glob.escape(str(self._files[kind])).replace("'", "''") + "'"

    def _wrong_values(self) -> Iterator[str]:
        self._duckdb.sql(f"create view parquet as select * from {self._from('parquet')}")
        self._duckdb.sql(f"create view text as select * from {self._from('csv')}")
        for column in self._columns:
            yield from self._wrong_column(column)
        for rule in self._constraints:
            if broken := self._count(*self._broken(rule)):
                yield f"a constraint is broken in {broken} rows or groups: {json.dumps(rule, ensure_ascii=False)}"
        yield from self._unlike()

    def _wrong_column(self, column: Document) -> Iterator[str]:
        place, name = self._places[column["name"]], column["name"]
        if not column["nullable"] and (missing := self._count(f"from parquet where {place} is null")):
            yield f"{name!r} has {missing} missing values and may have none"
        if column["unique"] and (
            rest := self._count(
                f"from (select 1 from parquet where {place} is not null group by {place} having count(*) > 1)"
            )
        ):
            yield f"{name!r} has {rest} values that repeat, and is unique"
        allowed, values = _allowed(column, _axis(column, place))
        if outside := self._count(f"from parquet where {place} is not null and not ({allowed})", values):
            yield f"{name!r} has {outside} values outside its domain"

    def _count(self, source: str, values: list[Any] | None = None) -> int:
        """Rows; every one is read: by the statistics of a Parquet file NaN is nowhere, and they may be forged."""
        rows = self._duckdb.execute(f"select count(*) {source}", values or []).fetchall()
        return int(rows[0][0])

    def _broken(self, rule: Document) -> tuple[str, list[Any]]:
        """Which rows break a constraint: the end of a query, and its values."""
        if "ordered" in rule:
            pairs = combinations([self._places[name] for name in rule["ordered"]], 2)
            return "from parquet where " + " or ".join(f"{low} > {high}" for low, high in pairs), []
        if "determined" in rule:
            by, decided = [self._places[name] for name in rule["by"]], self._places[rule["determined"]]
            present = " and ".join(f"{place} is not null" for place in (*by, decided))
            groups = f"group by {', '.join(by)} having count(distinct {decided}) > 1"
            return f"from (select 1 from parquet where {present} {groups})", []
        parts: list[str] = []
        values: list[Any] = []
        for name, held in rule["forbidden"].items():
            place, present = self._places[name], [value for value in held if value is not None]
            parts.append(f"({' or '.join([f'{place} = ?'] * len(present) + [f'{place} is null'] * (None in held))})")
            values += present
        return f"from parquet where {' and '.join(parts)}", values

    def _unlike(self) -> Iterator[str]:
        """Whether CSV and Parquet hold the same rows in the same order."""
        rows, lines = self._count("from parquet"), self._count("from text")
        if rows != lines:
            yield f"the Parquet file has {rows} rows and the CSV file {lines}"
            return
        kinds = zip(self._places.values(), map(_type, self._columns), strict=True)
        unlike = [f"p.{place} is distinct from try_cast(t.{place} as {kind})" for place, kind in kinds]
        unlike += [f"(p.{place} is null) != (t.{place} is null)" for place in self._places.values()]
        if odd := self._count(f"from parquet p positional join text t where {' or '.join(unlike)}"):
            yield f"the Parquet file and the CSV file differ in {odd} rows"


def _type(column: Document) -> str:
    """The type in DuckDB."""
    return _TYPES[column["type"]][0] + " WITH TIME ZONE" * (column["time_zone"] is not None)


def _expected(column: Document) -> tuple[str, str, bool, list[Any]]:
    """What the data package should say of a column."""
    domain = column["domain"]
    levels = domain["values"] if domain["kind"] == "levels" and not column["above"] else []
    told = column["type"] != "boolean" and column["time_zone"] is None
    return (
        column["name"],
        _TYPES[column["type"]][1],
        not column["nullable"] and "" not in levels,
        levels if told else [],
    )


def _field(field: Document) -> tuple[str, str, bool, list[Any]]:
    limits = field.get("constraints", {})
    return field["name"], field["type"], limits.get("required", False), limits.get("enum", [])


def _axis(column: Document, place: str) -> str:
    """A column as numbers: days and microseconds since 1970, booleans as 0 and 1."""
    if column["type"] == "date":
        return f"({place} - date '1970-01-01')"
    if column["type"] == "datetime":
        return f"epoch_us({place})"
    return f"cast({place} as integer)" if column["type"] == "boolean" else place


def _allowed(column: Document, axis: str) -> tuple[str, list[Any]]:
    """A condition that present values of a column meet, and its values."""
    domain, kind = column["domain"], column["type"]
    if domain["kind"] == "presence":
        return (f"{axis} < 0", []) if kind == "integer" else (f"regexp_full_match({axis}, '{_PLACEHOLDER}')", [])
    if column["above"]:
        limits = column.get("limits")
        return ("true", []) if limits is None else (f"{axis} <= ?", [_number(limits["maximum"], kind)])
    if domain["kind"] == "levels":
        return _among(axis, [_number(value, kind) for value in domain["values"]])
    ends = [_number(domain["edges"][end], kind) for end in (0, -1)]
    told = [value for held in domain["atoms"] for value, _ in held] + domain["spikes"]
    named, values = _among(axis, [_number(value, kind) for value in told])
    return f"({axis} >= ? and {axis} {'<=' if kind == 'float' else '<'} ?) or {named}", [*ends, *values]


def _among(axis: str, values: list[Any]) -> tuple[str, list[Any]]:
    return (f"{axis} in (select unnest(?))", [values]) if values else ("false", [])


def _number(value: Any, kind: str) -> Any:  # noqa: ANN401 - a number or text, as the column has it
    """A value of the description on the column's axis."""
    if kind == "date":
        return (date.fromisoformat(value) - date(1970, 1, 1)).days
    if kind == "datetime":
        moment = datetime.fromisoformat(value)
        return (moment - datetime(1970, 1, 1, tzinfo=moment.tzinfo)) // timedelta(microseconds=1)
    return float(value) if kind == "float" else int(value) if kind in {"integer", "boolean"} else value


def left_open(folder: Path) -> list[str]:
    """What the publisher's evidence does not exclude of each table; nothing in manifests that do not say so."""
    try:
        said = json.loads((folder / MANIFEST).read_bytes()).get("not_excluded", {})
        return [f"{table}: not excluded, says the publisher: {one}" for table, some in said.items() for one in some]
    except (OSError, ValueError, AttributeError, TypeError):
        return []


def main(arguments: list[str] | None = None) -> int:
    """Check the folder that this file is in, and say what is wrong; 0 where nothing is, else 1."""
    parser = argparse.ArgumentParser(description="Verify this release.")
    parser.add_argument("--digest", metavar="HEX", help="SHA-256 of manifest.json, as the publisher told it")
    digest = parser.parse_args(arguments).digest
    folder = Path(__file__).resolve().parent
    found = problems(folder, digest)
    against = "against the digest" if digest else f"without a digest: a changed {MANIFEST} goes unnoticed"
    summary = f"{len(found)} problem(s)" if found else "The release is whole"
    sys.stdout.write("".join(f"{line}\n" for line in [*found, *left_open(folder), f"{summary} ({against})."]))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
