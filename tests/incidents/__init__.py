"""Named incidents, written by us in the vendors' own shapes, as if they had happened."""

from importlib import import_module

from tests.incidents.script import Script

NAMES = (
    "checkout_latency",
    "five_hundred",
    "expired_certificate",
    "midnight_migration",
    "flapping_reopened_twice",
    "merged_into_parent",
    "merge_parent",
    "archived_channel",
    "long_night",
    "unknown_records_rtl_names",
    "came_back",
    "stale_replica",
)


def by_name(name: str) -> Script:
    """One script, built anew. "checkout-latency" and "checkout_latency" are the same. Raises KeyError."""
    module = name.replace("-", "_")
    if module not in NAMES:
        raise KeyError(f"no incident script is called {name!r}: there are {', '.join(NAMES)}")
    return import_module(f"tests.incidents.{module}").script()


def all_scripts() -> tuple[Script, ...]:
    return tuple(by_name(name) for name in NAMES)


def demo_settings_text() -> str:
    """The debrief.yml that fits checkout_latency."""
    return import_module("tests.incidents.checkout_latency").settings_text()
