"""`debrief backfill`, `draft` and `status` on a stage: its journeys do the work, by the names of their resolves."""

import _thread
from datetime import UTC, datetime, timedelta

from connectors.engine.failed import name_to_try_again
from connectors.engine.start import journey_name
from connectors.store.resolves import Resolves
from handlers.backfill import bell_of
from handlers.place import find_place
from tests.contract.staged_lambda import StagedWorld
from tests.vendors.aws import Fault
from tests.vendors.wire import Reply, Request

pytest_plugins = ["tests.contract.store_fixtures", "tests.contract.staged_world"]

SINCE = f"{datetime.now(UTC) - timedelta(days=80):%Y-%m-%d}"
BACKFILL = ("backfill", "--since", SINCE, "--per-minute", "6000")


def resolve_of(world: StagedWorld, place: int = 0) -> tuple[str, datetime]:
    incident = world.vendors.scripts[place].pagerduty["incident"]
    return incident["id"], datetime.fromisoformat(incident["resolved_at"])


def test_a_backfill_on_a_stage_starts_each_under_the_name_of_its_resolve(stage_up: StagedWorld):
    came = stage_up.runs(*BACKFILL)

    assert came.code == 0, came.err
    assert came.out.endswith("2 of 2 done: 2 drafts made.\n")
    assert sorted(stage_up.service.starts) == sorted(journey_name(*resolve_of(stage_up, place)) for place in (0, 1))
    assert len(stage_up.drafts()) == 2
    stage_up.vendors.jira.expects_issues(0)
    assert stage_up.vendors.slack.workspace.posted == []
    assert stage_up.vendors.pagerduty.written_notes == []


def test_it_takes_nothing_up_that_its_webhook_or_an_earlier_backfill_did(stage_up: StagedWorld):
    stage_up.runs(*BACKFILL)
    again = stage_up.runs(*BACKFILL)

    assert "2 left out: it has a draft already" in again.out
    assert len(stage_up.service.starts) == 2


def test_a_resolve_that_a_webhook_announced_keeps_its_journey(stage_up: StagedWorld):
    incident_id, at = resolve_of(stage_up)
    store = find_place("dev", None).store()
    name = Resolves(store, incident_id).announced(at + timedelta(seconds=3), "pm-from-the-webhook-1")
    stage_up.runs(*BACKFILL)

    assert name == "pm-from-the-webhook-1"
    assert name in stage_up.service.starts
    assert len(stage_up.service.starts) == 2


def test_one_that_failed_is_started_again_under_another_name(stage_up: StagedWorld):
    incident_id, at = resolve_of(stage_up)
    stage_up.vendors.pagerduty.fails_next(f"GET /incidents/{incident_id}$", Reply(403), times=1)
    first = stage_up.runs(*BACKFILL)
    second = stage_up.runs(*BACKFILL)

    assert first.code == 1
    assert "#4211 failed: Reading the PagerDuty incident" in first.out
    assert second.code == 0, second.err
    assert stage_up.service.starts.count(journey_name(incident_id, at)) == 1
    assert [name[:3] for name in stage_up.service.starts] == ["pm-", "pm-", "rt-"]
    assert len(stage_up.drafts()) == 2


def test_where_nobody_may_ask_lambda_they_are_started_and_that_is_said(stage_up: StagedWorld):
    stage_up.service.refuses = 403
    came = stage_up.runs(*BACKFILL)

    assert came.code == 0, came.err
    assert "2 of 2 done: 2 started." in came.out
    assert "How they stand is not known here: asking Lambda how journeys stand: Lambda answered 403" in came.out
    assert came.out.endswith("Those that were started go on by themselves: debrief status --stage dev\n")


def test_a_draft_on_a_stage_is_made_by_its_own_journey_and_shown(stage_up: StagedWorld):
    incident_id, at = resolve_of(stage_up)
    refused = stage_up.runs("draft", incident_id)
    assert refused.code == 2
    assert refused.err.splitlines()[-1].endswith("add --yes to agree.")

    came = stage_up.runs("draft", "4211", "--yes")
    assert came.code == 0, came.err
    assert f"Started the journey {journey_name(incident_id, at)} in the stage dev in us-east-1." in came.err
    assert "Draft postmortem ready: Checkout p99 latency above 4 s in eu-west-1" in came.out
    assert f"s3://{stage_up.staged.aws.bucket}/drafts/" in came.out
    stage_up.vendors.jira.expects_issues(3)


def test_a_draft_that_is_there_is_made_again_and_nothing_twice(stage_up: StagedWorld):
    incident_id, _ = resolve_of(stage_up)
    stage_up.runs("draft", incident_id, "--yes")
    again = stage_up.runs("draft", incident_id, "--yes", "--json")

    assert again.code == 0, again.err
    assert len(stage_up.service.starts) == 2
    assert again.json["draft"].startswith("s3://")
    stage_up.vendors.jira.expects_issues(3)
    assert len(stage_up.vendors.pagerduty.written_notes) == 1


def test_a_draft_that_fails_on_its_stage_says_why(stage_up: StagedWorld):
    incident_id, _ = resolve_of(stage_up)
    stage_up.vendors.pagerduty.fails_next(f"GET /incidents/{incident_id}$", Reply(403), times=10**6, after=1)
    came = stage_up.runs("draft", incident_id, "--yes")

    assert came.code == 3
    assert came.err.splitlines()[-1].startswith("debrief: Reading the PagerDuty incident")


def test_what_a_stage_cannot_draft_is_one_sentence(stage_up: StagedWorld):
    came = stage_up.runs("draft", "4211", "--channel", "x", "--dry-run")
    assert (came.code, came.err.count("\n")) == (2, 1)
    assert "leave out --channel, --dry-run." in came.err


def test_the_story_of_an_incident_is_told_from_its_stage(stage_up: StagedWorld):
    incident_id, at = resolve_of(stage_up)
    stage_up.runs("draft", incident_id, "--yes")
    words = " ".join(stage_up.runs("status", "4211").out.split())

    assert f"(journey {journey_name(incident_id, at)})" in words
    assert "Made with the settings " in words
    assert f"Draft: s3://{stage_up.staged.aws.bucket}/drafts/" in words
    assert "Now waits The draft is made. After " in words
    listed = stage_up.runs("status").out
    assert listed.startswith("waiting #4211  until ")


def test_a_failure_on_a_stage_says_how_to_go_on_there(stage_up: StagedWorld):
    incident_id, _ = resolve_of(stage_up)
    stage_up.vendors.pagerduty.fails_next(f"GET /incidents/{incident_id}$", Reply(403), times=10**6, after=1)
    stage_up.runs("draft", incident_id, "--yes")
    words = " ".join(stage_up.runs("status", incident_id).out.split())

    assert "needs you Failed since" in words
    assert "while debrief serve runs" not in words
    assert f"at once by: debrief draft {incident_id} --stage dev" in words


def test_without_permission_to_ask_lambda_the_table_is_told_of(stage_up: StagedWorld):
    incident_id, _ = resolve_of(stage_up)
    stage_up.runs("draft", incident_id, "--yes")
    stage_up.service.refuses = 403
    came = stage_up.runs("status", incident_id)

    assert came.code == 0
    assert "What is under way is not known: Asking Lambda how journeys stand: Lambda answered 403" in came.err
    assert "lambda:ListDurableExecutionsByFunction" in came.err
    assert "The issue CHK-1 was opened" in came.out


def test_an_unknown_incident_or_stage_is_one_sentence(stage_up: StagedWorld):
    came = stage_up.runs("status", "Q9")
    assert came.code == 4
    assert came.err.startswith("debrief: Nothing is known in the stage dev in us-east-1 of the incident Q9: no webhook")
    assert came.err.endswith("To make one: debrief draft Q9 --stage dev\n")
    assert stage_up.terminal.runs("status", "--stage", "prod").code == 4


def test_a_table_that_may_not_be_read_is_one_sentence(stage_up: StagedWorld):
    stage_up.staged.aws.emulated.faults.append(Fault("Query", 400, "AccessDeniedException"))
    came = stage_up.runs("status")
    assert (came.code, came.err.count("\n")) == (3, 1)
    assert "Allow dynamodb:Query on the table" in came.err


def interrupting(world: StagedWorld, path: str) -> None:
    """A person presses Ctrl-C when Lambda is asked that for the first time."""
    answer, rang = world.service.answer, list[str]()

    def answers(request: Request) -> Reply:
        if path in request.path and not rang:
            rang.append(request.path)
            _thread.interrupt_main()
        return answer(request)

    world.service.answer = answers


def test_ctrl_c_ends_the_watching_and_not_the_journey(stage_up: StagedWorld):
    incident_id, _ = resolve_of(stage_up)
    interrupting(stage_up, "/history")
    came = stage_up.runs("draft", incident_id, "--yes")

    assert came.code == 130
    assert came.err.splitlines()[-1] == (
        "debrief: Stopped watching. The journey goes on by itself in the stage dev in us-east-1: "
        f"debrief status {incident_id} --stage dev"
    )
    stage_up.service.engine.run_due()
    assert len(stage_up.drafts()) == 1


def test_ctrl_c_in_a_backfill_leaves_what_was_started_to_its_stage(stage_up: StagedWorld):
    interrupting(stage_up, "/invocations")
    stopped = stage_up.runs(*BACKFILL)
    stage_up.service.engine.run_due()
    again = stage_up.runs(*BACKFILL)

    assert stopped.code == 130
    assert "Those that were started there go on by themselves; the same command goes on from here." in stopped.err
    assert again.code == 0, again.err
    assert len(stage_up.drafts()) == 2
    assert len(set(stage_up.service.starts)) == len(stage_up.service.starts) == 2


def test_another_try_of_a_backfill_s_journey_still_makes_a_draft_and_nothing_else(stage_up: StagedWorld):
    """As the reconciler starts it: with what it was started with before."""
    incident_id, at = resolve_of(stage_up)
    payload = bell_of(incident_id, journey_name(incident_id, at), ())
    again = name_to_try_again(payload, 7)
    stage_up.service.engine.start("postmortem", again, payload | {"journey": again})
    stage_up.service.engine.run_due()

    assert len(stage_up.drafts()) == 1
    stage_up.vendors.jira.expects_issues(0)
    assert stage_up.vendors.pagerduty.written_notes == []
