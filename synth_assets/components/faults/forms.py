"""The form of what a dataset's YAML says of columns and constraints: keys, types, ranges and what each means."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from synth_assets.schema import DEFAULT_BINS, MOST_BINS, ColumnType, DomainSource, Role

Text: TypeAlias = Annotated[str, Field(min_length=1)]
Value: TypeAlias = str | int | bool | None
Group: TypeAlias = str | int | bool | list[str | int | bool]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DomainForm(_Form):
    """The values that a column may hold."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "dependentRequired": {
                "minimum": ["maximum"],
                "maximum": ["minimum"],
                "bins": ["minimum"],
                "ordered": ["categories"],
            },
            "minProperties": 1,
        },
    )
    categories: list[str] = Field(default=[], min_length=1, description="Of a category: its values; quote numbers.")
    ordered: bool = Field(default=False, description="Whether the order of the categories means something.")
    minimum: int | float | str = Field(default=0, description="Of a number, date or datetime: the smallest value.")
    maximum: int | float | str = Field(default=0, description="The largest value; it is inside the domain.")
    bins: int = Field(default=DEFAULT_BINS, ge=1, le=MOST_BINS, description="Bins of equal width that it is cut into.")
    categories_from: tuple[Text, Text] = Field(
        default=("", ""), description="A reference file's name and its column that lists the categories."
    )
    pseudonyms_from: Text = Field(default="", description="The 'into' of the pseudonymise step that makes them.")


class HierarchyForm(_Form):
    """How a quasi-identifier may be generalised: at most one of intervals, prefixes, dates and tree."""

    intervals: list[int | float] | int | float = Field(
        default=[], description="Of numbers: widths, ascending, each a multiple of the one before."
    )
    start: int | float = Field(default=0, description="Where an interval starts.")
    prefixes: list[int] | int = Field(default=[], description="Of texts: how many characters are kept, descending.")
    dates: list[Literal["week", "month", "quarter", "year"]] | Literal["week", "month", "quarter", "year"] = Field(
        default=[], description="Of dates: 'week', or some of 'month', 'quarter' and 'year'."
    )
    tree: list[dict[str | int, Group]] | dict[str | int, Group] = Field(
        default=[], description="A mapping a level: of a value to its group, or of a group to the list of its members."
    )
    any: bool = Field(default=False, description="Whether the column may be suppressed as a whole.")


class ColumnForm(_Form):
    """A column that is left after the steps."""

    name: Text = Field(description="As it is called after the steps.")
    type: ColumnType = Field(description="What kind of values it holds.")
    role: Role = Field(default="other", description="What the column could give away.")
    domain: DomainForm | None = Field(default=None, description="The values that it may hold.")
    domain_source: DomainSource = Field(
        default="declared", description="Whether the domain is declared, asserted to be public, or read from the data."
    )
    nullable: bool = Field(default=False, description="Whether values may be missing.")
    unit: str | None = Field(default=None, description="For people, such as min.")
    description: str | None = Field(default=None, description="For people: what it holds, and from what it is made.")
    time_zone: str | None = Field(default=None, description="Of a datetime, such as Europe/London.")
    unique: bool = Field(default=False, description="Whether no two rows hold the same value.")
    hierarchy: Literal["any"] | HierarchyForm = Field(
        default="any", description="How it may be generalised: 'any' suppresses it, {} leaves it as it is."
    )


class ConstraintForm(_Form):
    """A rule between columns that every row keeps: one of forbidden, ordered and determined."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"dependentRequired": {"determined": ["by"], "by": ["determined"]}, "minProperties": 1},
    )
    forbidden: dict[str, list[Value] | Value] = Field(
        default={}, min_length=2, description="Values of two or more columns that do not stand together in a row."
    )
    ordered: list[Text] = Field(default=[], min_length=2, description="Columns from small to large.")
    determined: Text = Field(default="", description="The column that the columns of 'by' decide.")
    by: list[Text] | Text = Field(default=[], min_length=1, description="The columns that decide it.")
