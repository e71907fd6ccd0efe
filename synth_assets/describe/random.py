"""Random mode: domains and no count. With every domain declared or asserted the table is never opened."""

from collections.abc import Mapping

from synth_assets.describe.coded_table import codes_of, survey, tally
from synth_assets.describe.coding import CodedColumn
from synth_assets.describe.description import Description
from synth_assets.describe.domain import declared, from_data, has_public_domain, joined, least_told
from synth_assets.describe.reader import Reader, reading
from synth_assets.frames import Frame
from synth_assets.schema import Schema


def describe_random(frame: Frame, schema: Schema, minimum_count: int) -> Description:
    """The columns and their domains.

    Args:
        frame: The table; opened only where the schema leaves a domain open.
        schema: The table's schema.
        minimum_count: What a domain from data is coarsened to.
    """
    found: dict[str, CodedColumn] = {}
    if not all(has_public_domain(column) for column in schema):
        with reading(frame, schema, distances=False) as reader:
            found = dict(_from_data(reader, minimum_count))
    columns = tuple(found.get(column.name) or declared(column) for column in schema)
    return Description("random", columns, rows=None, minimum_count=minimum_count)


def _from_data(reader: Reader, minimum: int) -> Mapping[str, CodedColumn]:
    rows, surveys = survey(reader, minimum)
    drafts = {
        column.name: from_data(column, surveys[column.name], minimum)
        for column in reader.schema
        if not has_public_domain(column)
    }
    codes = codes_of(reader, drafts.values(), rows)
    return {
        name: joined(coded, tally(codes[name], coded.size), least_told(surveys[name], minimum))[0]
        for name, coded in drafts.items()
    }
