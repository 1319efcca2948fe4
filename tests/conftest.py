"""What all tests share: how many examples a property is tried on."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

FULL = 1000

settings.register_profile("full", max_examples=FULL, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A tenth, and the same ones on every machine: a failure in CI is one that everybody can see.
settings.register_profile(
    "tenth", max_examples=FULL // 10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tenth")
