"""The shipped policies, and what a policy may say."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from synth_assets.errors import SynthAssetsError
from synth_assets.policy import AT_LEAST, OBJECTS, Policy, Rule, load_policy, policy_from_dict, stricter

NAMES = ("ema_0070", "internal", "nhs_small_numbers", "ons_10_5", "public_release")
FOLDER = Path(__file__).resolve().parents[2] / "synth_assets" / "policy"


def document(name: str = "internal", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    return {**yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")), **changes}


def test_the_internal_policy_has_its_limits_with_their_sources():
    policy = load_policy("internal")

    assert (policy.minimum_count.limit, policy.minimum_k.limit, policy.correlation_tolerance.limit) == (5, 5, 0.02)
    assert "NHS" in policy.minimum_count.source
    assert policy.minimum_k.source.startswith("house rule")
    assert policy.correlation_tolerance.source.startswith("house rule")
    assert policy.minimum_k.name == "minimum_k"


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("nhs_small_numbers", {"minimum_count": 8, "round_to": 5}),
        ("ons_10_5", {"minimum_count": 10}),
        ("ema_0070", {"minimum_k": 12, "attack_risk": 0.09}),
    ],
)
def test_quoted_limits_are_those_of_the_source(name: str, limits: dict[str, float]):
    policy = load_policy(name)
    for rule, limit in limits.items():
        assert getattr(policy, rule).limit == limit
        assert not getattr(policy, rule).source.startswith("house rule")


def test_the_rounding_of_the_10_5_rule_is_not_said_to_be_quoted():
    rule = load_policy("ons_10_5").round_to
    assert (rule.limit, rule.source.split(",")[0]) == (5, "house rule")


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_a_source_and_an_object(name: str):
    policy = load_policy(name)

    assert policy.name == name
    assert all(rule.source and rule.object for rule in policy.rules)
    assert len(policy.rules) == len(OBJECTS)


@pytest.mark.parametrize("name", NAMES)
def test_public_release_is_at_least_as_strict_as_every_other_and_internal_no_stricter(name: str):
    assert stricter(load_policy(name), load_policy("public_release")) == load_policy("public_release")
    assert stricter(load_policy("internal"), load_policy(name)) == load_policy(name)


@pytest.mark.parametrize("name", ["strict", "", "../internal", "INTERNAL"])
def test_a_policy_that_there_is_not_is_refused(name: str):
    with pytest.raises(SynthAssetsError, match=rf"There is no policy '{name}'. Allowed: ema_0070, internal"):
        load_policy(name)


@pytest.mark.parametrize("rule", ["minimum_j", "attack_risks"])
def test_a_rule_that_no_check_applies_is_refused(rule: str):
    with pytest.raises(SynthAssetsError, match=rf"rules that no check applies \({rule}\)"):
        policy_from_dict({**document(), rule: {"limit": 1, "source": "me"}})


def test_a_rule_that_is_missing_is_refused():
    short = document()
    del short["copy_risk"]

    with pytest.raises(SynthAssetsError, match=r"lacks some \(copy_risk\)"):
        policy_from_dict(short)


@pytest.mark.parametrize("value", [5, {"limit": 5}, {"limit": "5", "source": "me"}, {"limit": True, "source": "me"}])
def test_a_rule_is_a_limit_with_its_source(value: object):
    with pytest.raises(SynthAssetsError, match="Allowed: a limit, which is a number, and its source"):
        policy_from_dict(document(minimum_k=value))


@pytest.mark.parametrize("name", OBJECTS)
def test_a_limit_has_a_direction(name: str):
    rule = Rule(name, 3, "house rule")

    assert rule.allows(3)
    assert rule.allows(4) == (name in AT_LEAST)
    assert rule.words == f"at {'least' if name in AT_LEAST else 'most'} 3"


def test_the_stricter_of_two_takes_each_rule_from_the_stricter():
    internal, other = load_policy("internal"), load_policy("ons_10_5")
    mixed: Policy = replace(other, minimum_k=Rule("minimum_k", 3, "house rule"))
    found = stricter(internal, mixed)

    assert (found.minimum_k.limit, found.minimum_count.limit) == (5, 10)
    assert found.name == "internal and ons_10_5"
    assert stricter(mixed, internal).minimum_k.limit == 5


@pytest.mark.parametrize("name", NAMES)
def test_only_inside_may_a_release_lack_evidence(name: str):
    policy = load_policy(name)
    inside = name == "internal"

    assert policy.most_not_excluded.limit == (2 if inside else 0)
    assert policy.least_held_out.limit == (100 if inside else 400)
