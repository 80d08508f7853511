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


@pytest.mark.parametrize("folder", ["../x", "/abs", "Drafts of us", "", "a/../b", "a//b", "./a", "a/.", "é", "a" * 201])
def test_a_folder_that_no_store_could_hold_is_a_mistake_before_any_draft_is_made(folder: str):
    (problem,) = _problems(f"publish:\n  folder: {json.dumps(folder)}\n")
    assert problem.startswith('line 2, publish.folder: "')
    assert '" cannot be a folder of drafts. Write a folder inside the data folder, such as "drafts" or ' in problem


@pytest.mark.parametrize("folder", ["drafts", "teams/payments/", "a.b/c_d"])
def test_a_plain_folder_is_taken(folder: str):
    assert read_settings(f"publish: {{folder: {folder}}}").publish.folder == folder.removesuffix("/")


@pytest.mark.parametrize(
    "key", ["jira.unclear_wait", "jira.search_wait", "slack.unclear_wait", "pagerduty.unclear_wait"]
)
def test_an_unclear_answer_rests_for_a_while(key: str):
    section, name = key.split(".")
    sentence = f'line 2, {key}: must be longer than nothing. Write "30s" or more.'
    assert sentence in _problems(f"{section}:\n  {name}: 0s\n")
    assert "cannot be read as a duration" in _problems(f"{section}:\n  {name}: -5s\n")[0]


@pytest.mark.parametrize("waits", ["unclear_wait: 15m", "unclear_wait: 15m, search_wait: 14m"])
def test_the_search_is_not_given_up_before_it_is_asked(waits: str):
    (problem,) = _problems(f"jira: {{{waits}}}")
    assert problem.startswith("line 1, jira.search_wait: is shorter than jira.unclear_wait.")
    assert problem.endswith('Write "15 minutes" or more, or an issue may be opened twice.')
