"""The Confluence page through the front door: a signed webhook in, and the page that readers open."""

from pathlib import Path
from typing import Any

from tests.world import world_of


def confluence_world(tmp_path: Path, name: str = "checkout-latency", **options: Any):
    return world_of(tmp_path, name, confluence=True, **options)




def test_a_resolved_incident_has_one_page_with_its_issues_and_every_link_leads_there(tmp_path: Path):
    with confluence_world(tmp_path) as world:
        world.resolves()
        world.settles()

        page = world.confluence.the_page()
        link = f"https://acme.atlassian.net/wiki/spaces/OPS/pages/{page.id}"
        assert page.title == f"Postmortem: {world.postmortem().title} ({world.incident_id()})"
        assert page.labels == ["postmortem"]
        assert [one["value"] for one in page.properties] == [
            {"install_id": world.house.settings.install_id, "incident_id": world.incident_id()}
        ]
        assert "https://acme.atlassian.net/browse/CHK-1" in page.body
        for issue in world.jira.expects_issues(3):
            (remote,) = world.jira.remote_links[issue["key"]]
            assert remote["object"]["url"] == link
        assert [note for _, note in world.pagerduty.written_notes if f"open it in Confluence ({link})" in note]
        assert world.confluence.refusals == []
