"""Hypothesis profiles: ``quick`` by default, ``thorough`` with SYNTH_ASSETS_TESTS=thorough."""

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("quick", max_examples=25, derandomize=True, deadline=None, suppress_health_check=SLOW)
settings.register_profile("thorough", max_examples=2_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("SYNTH_ASSETS_TESTS", "quick"))
