"""The release's metadata for machines: a Frictionless Data Package (version 1) of its CSV files.

https://specs.frictionlessdata.io/table-schema/. All that it says of a domain is what the description tells.
"""

from collections.abc import Mapping
from typing import Any

from synth_assets.describe.coding import Bins, CodedColumn, Levels, bound_to_axis
from synth_assets.describe.document import said
from synth_assets.release.bundle import Bundle, ReleasedTable
from synth_assets.release.files import FileMark

_FIELD_TYPES = {
    "integer": "integer",
    "float": "number",
    "category": "string",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "text": "string",
}


def datapackage(bundle: Bundle, files: Mapping[str, FileMark]) -> dict[str, Any]:
    """The document, as plain values.

    Args:
        bundle: The release.
        files: At least the CSV file of each table.
    """
    mock = "MOCK: made from made-up data. " if bundle.mock else ""
    return {
        "profile": "data-package",
        "name": f"{bundle.dataset}-{bundle.release_id}".lower(),
        "id": f"{bundle.dataset}/{bundle.release_id}",
        "title": bundle.title,
        "description": f"{mock}Synthetic tables: rows are drawn, not copied. See README.md.",
        "created": f"{bundle.created_utc:%Y-%m-%dT%H:%M:%SZ}",
        "contributors": [{"title": bundle.contact, "role": "publisher"}],
        "resources": [_resource(table, files[f"{table.name}.csv"]) for table in bundle.tables],
    }


def _resource(table: ReleasedTable, mark: FileMark) -> dict[str, Any]:
    keys = [coded.column.name for coded in table.description.columns if coded.column.unique]
    primary = {"primaryKey": keys[0]} if keys and not table.description.column(keys[0]).column.nullable else {}
    return {
        "profile": "tabular-data-resource",
        "name": table.name.lower(),
        "path": f"{table.name}.csv",
        "title": f"Synthetic rows, {table.mode} mode",
        **({"description": f"Not excluded: {'. '.join(table.not_excluded)}."} if table.not_excluded else {}),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": mark.size,
        "hash": f"sha256:{mark.sha256}",
        "schema": {
            "fields": [field(coded) for coded in table.description.columns],
            "missingValues": [""],
        }
        | primary,
    }


def field(coded: CodedColumn) -> dict[str, Any]:
    """A column as a field of a Table Schema.

    Args:
        coded: As the description publishes it.
    """
    column = coded.column
    words = {"description": column.description, "unit": column.unit}
    return {
        "name": column.name,
        "type": _FIELD_TYPES[column.type],
        **{key: word for key, word in words.items() if word},
        "constraints": _constraints(coded),
    }


def _constraints(coded: CodedColumn) -> dict[str, Any]:
    """What holds of every value; ``required`` is left out where the empty text is a value, which CSV readers miss."""
    column, coding = coded.column, coded.coding
    blank = isinstance(coding, Levels) and "" in coding.values and not coded.above
    held: dict[str, Any] = {"required": True} if not column.nullable and not blank else {}
    if column.unique:
        held["unique"] = True
    return held | _limits(coded)


def _limits(coded: CodedColumn) -> dict[str, Any]:
    column, coding = coded.column, coded.coding
    if coded.above:
        most = getattr(column.domain, "maximum", None)
        return {} if most is None else {"maximum": _shown(coded, bound_to_axis(most))}
    if isinstance(coding, Levels) and coding.values and column.type != "boolean" and column.time_zone is None:
        return {"enum": [_shown(coded, value) for value in coding.values]}
    if not isinstance(coding, Bins):
        return {}
    told = [*(value for held in coding.atoms for value, _ in held), *coding.spikes]
    last = coding.edges[-1] - (0 if column.type == "float" else 1)
    ends = min([coding.edges[0], *told]), max([last, *told])
    return dict(zip(("minimum", "maximum"), (_shown(coded, end) for end in ends), strict=True))


def _shown(coded: CodedColumn, value: object) -> Any:  # noqa: ANN401 - a number or text, as JSON has it
    """A value on the column's axis as the CSV file has it; of columns with a zone in UTC."""
    return said(value, coded.column.type) + "+00:00" if coded.column.time_zone else said(value, coded.column.type)
