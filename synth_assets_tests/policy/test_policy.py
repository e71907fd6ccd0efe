import pytest

from synth_assets.errors import SynthAssetsError
from synth_assets.policy import load_policy


def test_the_internal_policy_has_its_limits_with_their_sources():
    policy = load_policy("internal")

    assert (policy.minimum_count.limit, policy.minimum_k.limit, policy.correlation_tolerance.limit) == (5, 5, 0.02)
    assert "NHS" in policy.minimum_count.source
    assert policy.minimum_k.source.startswith("house rule")
    assert policy.correlation_tolerance.source.startswith("house rule")
    assert policy.minimum_k.name == "minimum_k"


@pytest.mark.parametrize("name", ["strict", "", "../internal", "INTERNAL"])
def test_a_policy_that_there_is_not_is_refused(name: str):
    with pytest.raises(SynthAssetsError, match=rf"There is no policy '{name}'. Allowed: internal"):
        load_policy(name)
