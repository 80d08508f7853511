"""The demo's incident: a deploy shrinks a connection pool, checkout slows down, a rollback mends it in 41 minutes."""

from tests.incidents.builder import Story
from tests.incidents.jira_side import project
from tests.incidents.people import ADA, BEA, CARL, DANA, DEPLOYBOT, EMIL, FARAH, GUS, JUNE
from tests.incidents.script import Script


def script(more: str = "") -> Script:
    """`more` is said in the channel at the end."""
    story = Story(
        "checkout_latency",
        "Checkout p99 latency above 4 s in eu-west-1",
        day="2026-11-17",
        number=4211,
        cast=(ADA, BEA, CARL, DANA, EMIL, FARAH, GUS, JUNE, DEPLOYBOT),
        service="Checkout API",
        team="Payments",
    )
    story.projects = (
        project("CHK", "Checkout", components=("api", "database")),
        project("OPS", "Operations"),
    )
    _alerts(story)
    _pages(story)
    _mends(story)
    story.chat(CHAT + more)
    return story.script()


def _alerts(story: Story) -> None:
    side, at = story.pagerduty, story.at
    side.change(at("13:48:30"), "Deploy checkout-api 2026.11.17-3 to eu-west-1", version="2026.11.17-3", by="emil")
    side.change(at("09:12:04"), "Raise log level of payment-gateway", "related_service", by="lena")
    slow = "[FIRING] CheckoutLatencyHigh p99 4.2s (threshold 1.5s) eu-west-1"
    full = "[FIRING] DbPoolSaturated checkout-api pool 20/20 in use, 143 waiting"
    details = {"region": "eu-west-1", "service": "checkout-api"}
    for clock in ("14:02:09", "14:07:09", "14:12:10", "14:22:09"):
        side.alert(
            at(clock), slow, key="checkout-latency-p99", severity="critical", details={"metric": "p99"} | details
        )
    for clock in ("14:04:40", "14:14:41", "14:24:40"):
        side.alert(
            at(clock), full, key="checkout-db-pool", severity="error", details={"metric": "pool_in_use"} | details
        )


def _pages(story: Story) -> None:
    """Ada's phone is silent: after five minutes the incident goes on to Bea."""
    side, at = story.pagerduty, story.at
    side.triggers(at("14:02:11"), "ada", priority="P2")
    story.app_posts(at("14:02:11"), "Triggered")
    side.notifies(at("14:02:14"), "ada")
    side.notifies(at("14:04:14"), "ada", "SMS")
    side.escalates(at("14:07:11"), "bea")
    side.notifies(at("14:07:13"), "bea", "phone")
    side.acknowledges(at("14:07:52"), "bea", "mobile")
    story.app_posts(at("14:07:52"), "Acknowledged by Bea Lindqvist")


def _mends(story: Story) -> None:
    side, at = story.pagerduty, story.at
    side.gives_role(at("14:10:05"), "june", "Incident Commander")
    side.prioritises(at("14:10:41"), "P1", "june")
    side.asks(at("14:11:20"), "carl", "june", "Please look at the checkout database pool.")
    side.notifies(at("14:11:22"), "carl")
    side.replies(at("14:12:02"), "carl")
    side.publishes(at("14:15:30"), "june", "Checkout is slow in Europe; about one payment in five fails. We know why.")
    side.notes_down(at("14:19:48"), "carl", "Pool size went from 80 to 20 with release 2026.11.17-3.")
    side.publishes(at("14:31:10"), "june", "The release is rolled back; latency is coming down.")
    side.resolves(
        at("14:43:27"),
        "bea",
        note="Rolled back checkout-api to 2026.11.17-2; p99 below 400 ms since 14:32. The pool limit was per tenant.",
    )
    story.app_posts(at("14:43:27"), "Resolved by Bea Lindqvist", as_blocks=True)


CHAT = """
14:03:02 farah: Three merchants report that checkout hangs on "processing payment". Is something going on?
  14:03:40 emil: looking, which country?
  14:04:05 farah: Germany, France, one from Spain
  14:08:30 bea: this is real, I have just been paged for it
14:08:12 bea: I'm on it. p99 on /pay is at 4.2 s, normal is 300 ms
14:08:50 * june joins
14:09:01 bea: error rate 21 % and rising, all in eu-west-1 {:eyes: emil dana}
14:10:00 june: I take incident command. @bea you drive the fix, @farah you talk to the merchants
14:10:33 june: calling this a P1, payments are failing
14:11:15 bea: database looks idle, but requests wait for a connection https://grafana.acme.example/d/pool?from=now-1h&to=now
  14:11:58 carl: pool is 20/20 in use, 143 waiting. Should be 80 {pinned}
  14:12:40 carl: max_connections on the server is fine, so it is our side
  14:13:05 bea: 20 is the default of the driver...
14:12:20 * carl joins
14:13:30 june: what changed in the last hour?
14:13:55 deploybot: checkout-api 2026.11.17-3 deployed to eu-west-1 at 13:48 by emil
14:14:20 emil: that is mine: "reuse the pool per tenant". It reads POOL_MAX per tenant & most have none
  14:14:55 bea: so everybody falls back to 20
  14:15:10 emil: yes. sorry {:hugging_face: bea june}
14:15:45 june: options: roll back, or set POOL_MAX=80 everywhere. How long does each take?
14:16:20 emil: rollback 6 minutes, config needs a restart of every pod, maybe 15
14:16:35 bea: +1 for rollback, it is <10 min and we know it works
14:16:58 june: decided: we roll back to 2026.11.17-2. @emil please go {pinned; :+1: bea carl dana}
14:17:30 emil: rollback started
14:18:44 dana: do we have a number for the failed payments?
14:19:20 farah: support sees about 640 failed attempts since 14:00
14:20:02 gus: the fraud check is slow as well, is that the same thing?
14:20:31 bea: same pool, yes
14:23:50 emil: first pods are on the old version, the canary is healthy
14:26:15 emil: second zone is done, third one is starting
14:27:40 deploybot: checkout-api 2026.11.17-2 deployed to eu-west-1 at 14:27 by emil (rollback)
14:29:05 carl: waiting connections 143 -> 31 {edited 14:29:40}
14:32:10 bea: p99 back under 400 ms, errors at 0.1 %. Mitigated {:tada: farah dana emil}
14:33:00 june: I keep it open for ten more minutes
14:34:12 farah: merchants confirm that it works again
14:36:45 june: ACTION: @bea raise the connection pool limit by Friday
14:37:20 carl: we only noticed because customers told us, the pool was full for 14 minutes without a page
  14:38:01 gus: TODO: I'll add an alert on pool saturation next week
  14:38:20 carl: thank you!
14:39:30 dana: the rollback runbook still names the old cluster, it must be brought up to date {:ticket: june}
14:41:00 june: anything else before I close? ... no? @bea please resolve
14:44:10 june: thanks everybody, the postmortem follows
"""


def settings_text() -> str:
    """A debrief.yml that fits: the route of its service, its people, its emoji. Gus has no Jira account."""
    return f"""\
organisation: Acme
timezone: Europe/Berlin
slack:
  channel_name_templates: ["inc-{{number}}"]
  action_item_emoji: [ticket]
jira:
  site: https://acme.atlassian.net
pagerduty:
  sender: {ADA.email}
routing:
  - match: {{services: [Checkout API]}}
    project: CHK
    issue_type: Task
    components: [api]
    labels: [reliability]
    priority_map: {{P1: Highest, P2: High}}
default_route:
  project: OPS
people:
""" + "".join(
        f"  - name: {actor.name}\n"
        f"    pagerduty_email: {actor.email}\n"
        f"    slack_id: {actor.slack_id}\n"
        f'    jira_account_id: "{actor.account_id}"\n'
        f"    aliases: [{actor.handle}]\n"
        for actor in (ADA, BEA, CARL, DANA, EMIL, JUNE)
    )
