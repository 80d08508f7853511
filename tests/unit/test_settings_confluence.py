"""The settings of the Confluence page, and a sentence for each mistake in them."""

import pytest

from postmortem.settings import SettingsError, read_settings


def test_without_a_site_there_is_no_confluence():
    assert read_settings("").confluence.site is None


def test_a_page_id_may_be_written_as_the_number_that_it_is():
    settings = read_settings("confluence: {site: 'https://acme.atlassian.net', space: OPS, parent_page: 123456789}")
    assert settings.confluence.parent_page == "123456789"
    assert settings.confluence.label == "postmortem"
    assert not settings.confluence.may_hold_private_channels


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "confluence: {site: 'https://acme.atlassian.net'}",
            "line 1, confluence: names no space. Set confluence.space to the key of a space, such as OPS.",
        ),
        (
            "confluence: {space: 'My space'}",
            (
                'line 1, confluence.space: "My space" is not a Confluence space key. '
                'Write it like "OPS", as in /spaces/OPS/.'
            ),
        ),
        (
            "confluence: {parent_page: Postmortems}",
            (
                'line 1, confluence.parent_page: "Postmortems" is not a Confluence page id. '
                "Write the number in the page's address."
            ),
        ),
        (
            "confluence: {label: Post Mortem}",
            (
                'line 1, confluence.label: "Post Mortem" is not a Confluence label. '
                "Use lower-case letters, digits, hyphens and underscores."
            ),
        ),
        (
            "confluence: {token: abc}",
            (
                "line 1, confluence.token: is a secret, and the settings are no place for secrets. "
                "Put it into debrief.env as CONFLUENCE_TOKEN, and replace the secret if this file was shared."
            ),
        ),
    ],
)
def test_every_mistake_has_its_sentence(text: str, sentence: str):
    with pytest.raises(SettingsError) as raised:
        read_settings(text)
    assert [str(problem) for problem in raised.value.problems] == [sentence]
