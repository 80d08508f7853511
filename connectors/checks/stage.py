"""Whether a stage on AWS stands as it was deployed. Only reads; a call that AWS refuses is a warning that names the
permission, because who checks need not be who runs it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.aws import aws_errors
from connectors.checks.finding import Finding, Said, failure, found_refusal, ok, under, warning
from connectors.errors import ConnectorError, NotAllowed, NotFound

AWS = "AWS"
JOURNEYS = ("journey", "observe", "follow_up", "reconcile")
"""Functions of which a version is run, by their alias; their zip is another than the receivers'."""
ZIPS = {"receiver.zip": ("receive", "jira_changed"), "journey.zip": ("slack_clicked", *JOURNEYS)}
ALIAS = "durable"
MOST_PAGES = 20

type Clients = Callable[[str], Any]
"""A client of one AWS service by its name."""


def check_stage(stage: str, outputs: Mapping[str, str], clients: Clients) -> Iterator[Finding]:
    """`outputs` are those of its stack."""
    stack, function_arn = f"debrief-{stage}", outputs["PostmortemArn"].partition("-journey:")[0]
    again = f"make deploy STAGE={stage}"
    checks: dict[str, Iterator[Said]] = {
        "stack": _of_stack(clients, stack, again),
        "table": _of_table(clients, outputs["TableName"]),
        "functions": _of_functions(clients, function_arn, again),
        "schedules": _of_schedules(clients, function_arn, again),
        "dead letters": _of_dead_letters(clients, outputs["DeadLettersUrl"], stage),
        "alarms": _of_alarms(clients, stack, stage),
        "ringing now": _of_ringing(clients, stack),
    }
    for subject, said in checks.items():
        yield from _tolerant(subject, said)


def _tolerant(subject: str, said: Iterator[Said]) -> Iterator[Finding]:
    """What may not be looked at is a warning; what AWS does not answer is a failure."""
    try:
        findings = tuple(said)
    except NotAllowed as refused:
        findings = (warning(f"not looked at ({refused.came_back}).", refused.remedy),)
    except ConnectorError as trouble:
        yield found_refusal(AWS, subject, trouble)
        return
    yield from under(AWS, subject, findings)


def _of_stack(clients: Clients, stack: str, again: str) -> Iterator[Said]:
    tried = f"reading the stack {stack}"
    with aws_errors(tried, permission="cloudformation:DescribeStacks", on=f"the stack {stack}"):
        (found,) = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    status = str(found["StackStatus"])
    if status.endswith("_IN_PROGRESS"):
        yield warning(f"is being changed just now ({status}).", "Check again when that is done.")
    elif status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        yield failure(f"is not whole: {status}.", f"Look at its events in CloudFormation, then: {again}.")
    else:
        yield ok(f"is whole ({status})")


def _of_table(clients: Clients, table: str) -> Iterator[Said]:
    tried = f"reading the table {table}"
    with aws_errors(tried, permission="dynamodb:DescribeTable", on=f"the table {table}"):
        status = str(clients("dynamodb").describe_table(TableName=table)["Table"]["TableStatus"])
    yield ok("is there") if status in ("ACTIVE", "UPDATING") else failure(f"is {status}.", "Look at it in DynamoDB.")


def _of_functions(clients: Clients, function_arn: str, again: str) -> Iterator[Said]:
    """Whether all are there and of one release: functions of one zip have one hash."""
    try:
        zips = {
            name: [_function(clients, f"{function_arn}-{function}", function) for function in functions]
            for name, functions in ZIPS.items()
        }
    except NotFound as missing:
        yield failure(f"{missing.tried}: {missing.came_back}.", f"Deploy it again: {again}.")
        return
    every = [one for functions in zips.values() for one in functions]
    idle = [str(one["FunctionName"]) for one in every if one.get("State") == "Failed"]
    mixed = [name for name, functions in zips.items() if len({one["CodeSha256"] for one in functions}) > 1]
    if idle:
        yield failure(f"{', '.join(idle)} cannot be started.", f"Deploy it again: {again}.")
    if mixed:
        yield failure(f"those of {' and '.join(mixed)} are not of one release.", f"Deploy it again: {again}.")
    if not idle and not mixed:
        latest = max(str(one["LastModified"]) for one in every)
        yield ok(f"all {len(every)} are of one release, last changed {latest[:16].replace('T', ' ')} UTC")


def _function(clients: Clients, name: str, function: str) -> dict[str, Any]:
    qualifier = {"Qualifier": ALIAS} if function in JOURNEYS else {}
    tried = f"reading the function {name.rpartition(':')[2]}"
    with aws_errors(tried, permission="lambda:GetFunctionConfiguration", on="the functions of the stage"):
        return clients("lambda").get_function_configuration(FunctionName=name, **qualifier)


def _of_schedules(clients: Clients, function_arn: str, again: str) -> Iterator[Said]:
    """Whether what falls due by the clock is started."""
    ours = [one for one in _schedules(clients) if one["Target"]["Arn"].startswith(f"{function_arn}-")]
    for function, loss in (("follow_up", "nobody is reminded"), ("reconcile", "what no webhook told stays unknown")):
        found = [one for one in ours if one["Target"]["Arn"].startswith(f"{function_arn}-{function}")]
        if not found:
            yield failure(f"that of {function} is not there: {loss}.", f"Deploy it again: {again}.")
        elif not any(one.get("State") == "ENABLED" for one in found):
            yield failure(f"that of {function} is switched off: {loss}.", "Enable it in EventBridge Scheduler.")


def _schedules(clients: Clients) -> list[dict[str, Any]]:
    found, token = list[dict[str, Any]](), None
    for _ in range(MOST_PAGES):
        with aws_errors("reading the schedules", permission="scheduler:ListSchedules", on="every schedule"):
            page = clients("scheduler").list_schedules(**({"NextToken": token} if token else {}))
        found += page["Schedules"]
        token = page.get("NextToken")
        if not token:
            break
    return found


def _of_dead_letters(clients: Clients, queue_url: str, stage: str) -> Iterator[Said]:
    wanted = "ApproximateNumberOfMessages"
    with aws_errors("counting the dead letters", permission="sqs:GetQueueAttributes", on="their queue"):
        told = clients("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=[wanted])
    count = int(told["Attributes"][wanted])
    if count:
        wait = f"{count:,} {'waits' if count == 1 else 'wait'} to be played again."
        yield warning(wait, f"See dead letters in the runbook, then: debrief replay --stage {stage}.")
    else:
        yield ok("none waits")


def _of_alarms(clients: Clients, stack: str, stage: str) -> Iterator[Said]:
    """Whether anybody hears of an alarm."""
    with aws_errors("looking for the alarms' topic", permission="cloudformation:DescribeStackResource", on=stack):
        told = clients("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Alarms")
    topic = told["StackResourceDetail"]["PhysicalResourceId"]
    with aws_errors("reading who hears alarms", permission="sns:ListSubscriptionsByTopic", on="the alarms' topic"):
        heard = clients("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    confirmed = [one for one in heard if str(one.get("SubscriptionArn", "")).startswith("arn:")]
    remedy = f"Set alarmEmail in deploy.yml and deploy again (make deploy STAGE={stage}), or subscribe to {topic}."
    if not heard:
        yield warning("nobody hears them.", remedy)
    elif not confirmed:
        yield warning("nobody has confirmed to hear them.", "Follow the link in the mail of AWS Notifications.")
    else:
        yield ok(f"heard by {len(confirmed)}")


def _of_ringing(clients: Clients, stack: str) -> Iterator[Said]:
    """Which alarms are on. Each says in its description where the runbook speaks of it."""
    with aws_errors("reading the alarms", permission="cloudwatch:DescribeAlarms", on="every alarm"):
        told = clients("cloudwatch").describe_alarms(AlarmNamePrefix=f"{stack}-", StateValue="ALARM")
    ringing: list[dict[str, Any]] = told["MetricAlarms"]
    for one in ringing:
        name = str(one["AlarmName"]).removeprefix(f"{stack}-").partition("-")[0]
        yield warning(f"{name} is on.", str(one.get("AlarmDescription") or "See docs/runbook.md."))
    if not ringing:
        yield ok("none")
