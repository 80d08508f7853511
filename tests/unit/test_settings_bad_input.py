"""Whatever the file holds, read_settings answers with Settings or with SettingsError, and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.settings import Settings, SettingsError, read_settings

_WORDS = [
    "slack", "routing", "drafts", "people", "match", "fields", "due_days", "jira", "- ", ": ", "\n", "\n  ", "[", "]",
    "{", "}", "&a ", "*a", "<<", "!!int ", "!!bool ", "!!null ", "!!set ", "!x ", '"', "'", "\\uD800", "0x", "1:30",
    "1e999", "~", "yes", "? ", "|", ">", "%", "@", "#", "P1", "90s", "\x00", "\ud800", "\t", "---", "...", "2026-13-45",
]  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*Settings.model_fields, "x"]), inner),
    max_leaves=8,
)


def _problems(text: str) -> list[str]:
    try:
        read_settings(text)
    except SettingsError as error:
        return [str(problem) for problem in error.problems] or ["an error without a problem"]
    return []


@given(st.lists(st.sampled_from(_WORDS)).map("".join))
def test_broken_yaml_is_only_ever_a_settings_error(text: str):
    assert "an error without a problem" not in _problems(text)


@given(st.text())
def test_any_text_is_only_ever_a_settings_error(text: str):
    _problems(text)


@given(st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), _JSON))
def test_any_value_anywhere_is_only_ever_a_settings_error(value: dict[str, object]):
    _problems(json.dumps(value))


@pytest.mark.parametrize("text", ["!!bool perhaps", "!!int x", "!!int ''", "!!float x", "? [a]\n: b", "!!timestamp x"])
def test_values_that_are_not_what_their_tag_says_are_mistakes(text: str):
    assert _problems(f"organisation:\n  {text.replace(chr(10), chr(10) + '  ')}\ndrafts: 5")[-1].startswith("line ")


def test_half_an_emoji_is_said_to_be_one():
    assert _problems('organisation: "\\uD83D"') == [
        "line 1, organisation: holds half a character. Write the character itself instead of an escape."
    ]
    assert read_settings('organisation: "\\uD83D\\uDE80"').organisation == "\N{ROCKET}"
