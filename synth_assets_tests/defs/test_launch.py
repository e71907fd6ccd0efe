"""Selections and sizes, before anything runs."""

from typing import Any

import dagster as dg
import pytest

from synth_assets.definitions import defs
from synth_assets.defs.launch import loaded, of_datasets, release_of, run_config, select
from synth_assets.errors import StorageError, SynthAssetsError
from synth_assets.schema import MODES


def names(definitions: dg.Definitions, selection: str | None) -> list[str]:
    return [key.to_user_string() for key in select(definitions, selection)]


def test_all_assets_come_in_flow_order(definitions: dg.Definitions):
    order = names(definitions, None)

    assert len(order) == 17
    assert order[:3] == ["london_postcodes", "mock_ae", "deidentified_ae"]
    assert order[-1] == "ae_comparison"
    assert all(order.index(f"{mode}_ae_description") < order.index(f"{mode}_ae") for mode in MODES)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("*", 17),
        ("random_ae", {"random_ae"}),
        ('key:"random_ae"', {"random_ae"}),
        ("group:synthetic", {"random_ae", "independent_ae", "correlated_ae"}),
        (
            "+key:random_ae",
            {"london_postcodes", "mock_ae", "deidentified_ae", "random_ae_description", "random_ae"},
        ),
        ("key:random_ae+", {"random_ae", "random_ae_comparison", "random_ae_risk", "ae_comparison"}),
        ("random_ae, independent_ae", {"random_ae", "independent_ae"}),
        ("group:synthetic and not key:random_ae", {"independent_ae", "correlated_ae"}),
        ("kind:matplotlib", {"ae_comparison", *(f"{mode}_ae_comparison" for mode in MODES)}),
    ],
)
def test_dagsters_selection_syntax(definitions: dg.Definitions, selection: str, expected: set[str] | int):
    chosen = names(definitions, selection)

    assert len(chosen) == expected if isinstance(expected, int) else set(chosen) == expected


@pytest.mark.parametrize("selection", ["nonsense", "key:nonsense", "group:nothing", "group:releases"])
def test_a_selection_of_nothing_is_refused_with_what_there_is(definitions: dg.Definitions, selection: str):
    with pytest.raises(
        SynthAssetsError, match=rf"'{selection}' cannot be used: it names no asset.*Assets: london_post"
    ):
        select(definitions, selection)


@pytest.mark.parametrize("selection", ["((", "", "a b c", "key:", "+", "random_ae,"])
def test_a_selection_that_cannot_be_read_is_refused_with_examples(definitions: dg.Definitions, selection: str):
    with pytest.raises(SynthAssetsError, match=r"not in Dagster's syntax\. Examples: key:random_ae"):
        select(definitions, selection)


def test_a_dataset_comes_with_all_that_it_is_made_from(definitions: dg.Definitions):
    chosen = [key.to_user_string() for key in of_datasets(definitions, ["ae"])]
    assert chosen == names(definitions, None)
    assert chosen[0] == "london_postcodes"


def test_a_dataset_that_does_not_exist_is_refused_with_those_that_do(definitions: dg.Definitions):
    with pytest.raises(SynthAssetsError, match=r"There is no dataset 'adult', 'x'\. Allowed: ae"):
        of_datasets(definitions, ["adult", "ae", "x"])


@pytest.mark.parametrize("selection", [None, "*", "key:ae_comparison+", "not group:reports"])
def test_releases_are_never_selected(definitions: dg.Definitions, selection: str | None):
    @dg.asset(group_name="releases", deps=["ae_comparison"])
    def other_release() -> None: ...

    with_release = dg.Definitions.merge(definitions, dg.Definitions(assets=[other_release]))

    assert not {"ae_release", "other_release"} & set(names(with_release, selection))
    for name in ("ae_release", "other_release"):
        with pytest.raises(SynthAssetsError, match="names no asset"):
            select(with_release, name)


def test_a_release_is_found_by_its_dataset(definitions: dg.Definitions):
    assert release_of(definitions, "ae") == ([dg.AssetKey("ae_release")], "release_ae")
    with pytest.raises(SynthAssetsError, match=r"no dataset 'adult' to release\. Allowed: ae"):
        release_of(definitions, "adult")


def test_without_sizes_the_assets_own_hold(definitions: dg.Definitions):
    config = run_config(select(definitions, None), definitions, {"rows": None})

    assert config["ops"] == {}
    assert "resources" not in config


def test_sizes_reach_the_assets_they_are_for(definitions: dg.Definitions):
    sizes: dict[str, Any] = {"rows": 5, "patients": 4, "synthetic_rows": 7, "seed": 0}
    config = run_config(select(definitions, None), definitions, sizes)

    assert config["ops"]["mock_ae"] == {"config": {"rows": 5, "patients": 4}}
    assert {name for name, op in config["ops"].items() if op == {"config": {"rows": 7}}} == {
        f"{mode}_ae" for mode in MODES
    }
    assert config["resources"] == {"randomness": {"config": {"seed": 0}}}
    assert dg.validate_run_config(definitions.resolve_job_def("everything"), config)


def test_sizes_of_what_is_not_selected_are_left_out(definitions: dg.Definitions):
    config = run_config(select(definitions, "random_ae"), definitions, {"rows": 5, "synthetic_rows": 7})

    assert config["ops"] == {"random_ae": {"config": {"rows": 7}}}


def test_an_environment_that_cannot_be_used_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", " ")
    with pytest.raises(StorageError, match="SYNTH_ASSETS_DATA_DIR is set but empty"):
        loaded(defs)
