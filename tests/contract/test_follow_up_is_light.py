"""What follow_up loads, as a list of modules: each of its cold starts shows a draft again, and composes none."""

import json
import subprocess
import sys

SEEN = "import json, sys, handlers.{function}; print(json.dumps([*sys.modules]))"


def loaded_by(function: str) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", SEEN.format(function=function)], capture_output=True, check=True, text=True
    )
    return set(json.loads(ran.stdout))


def test_follow_up_loads_nothing_that_composes_nor_a_page():
    loaded = loaded_by("follow_up")

    assert {"connectors.jira.api", "postmortem.outputs.markdown"} <= loaded
    assert loaded & {"postmortem.compose", "postmortem.sections.causes", "postmortem.sections.impact_words"} == set()
    assert loaded & {"postmortem.outputs.html", "postmortem.outputs.storage"} == set()


def test_one_issue_is_looked_at_without_what_collects_announces_or_reminds():
    of_others = {"handlers.gathering", "handlers.announce", "handlers.reminding", "handlers.sweep", "markdown_it"}

    assert loaded_by("follow_up") & of_others == set()


def test_a_vendor_who_is_not_asked_has_no_client_loaded():
    assert loaded_by("follow_up, handlers.vendors") & {"httpx2", "pagerduty", "slack_sdk"} == set()


def test_observe_loads_nothing_that_composes_or_renders_and_no_client_of_jira():
    loaded = loaded_by("observe")

    assert loaded & {"postmortem.compose", "postmortem.outputs.html", "jinja2", "jira"} == set()
