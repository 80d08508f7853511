"""Debrief as the functions on AWS see it: the stack says by their environment where everything is.

It imports lazily, like `wiring.py`: the receivers load botocore alone, and only when a request looks signed.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from handlers.collector import loaded_for_good
from handlers.doorway import Doorway
from handlers.wiring import announced_in, build_house, meter, settings_in, templates_in, utc_now

if TYPE_CHECKING:
    from connectors.engine.failed import Failure
    from connectors.secrets.kept import Kept
    from connectors.secrets.port import Secrets
    from connectors.steps import Steps
    from connectors.store.arrivals import Arrivals
    from connectors.store.deliveries import Deliveries
    from connectors.store.port import Store
    from handlers.desk import Desk
    from handlers.house import House
    from handlers.wiring import Journey


@functools.cache
def doorway() -> Doorway:
    """The receiver's needs on AWS: bare botocore clients, made when a request looks signed."""
    return Doorway(
        _aws_secrets,
        _aws_deliveries,
        _start_on_aws,
        utc_now,
        _keep_on_aws,
        follows=_is_followed_on_aws,
        announced=lambda incident_id, at: announced_in(_aws_store(None), incident_id, at),
        arrivals=_aws_arrivals,
    )


@functools.cache
def _client(service: str) -> Any:
    """A bare botocore client that fails fast: PagerDuty waits five seconds in all."""
    with loaded_for_good():
        from botocore.config import Config

        config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
        return _botocore_session().create_client(service, config=config)


@functools.cache
def _botocore_session() -> Any:
    """One for all clients: each session reads botocore's endpoint files anew (measured: 75 ms and 7 MB apiece)."""
    from botocore.session import get_session

    return get_session()


@functools.cache
def _aws_secrets() -> Secrets:
    from connectors.secrets.secrets_manager import SecretsManagerSecrets

    secret_ids = {
        vendor: os.environ[f"DEBRIEF_{vendor}_SECRET_ID"]
        for vendor in ("PAGERDUTY", "SLACK", "JIRA", "CONFLUENCE")
        if f"DEBRIEF_{vendor}_SECRET_ID" in os.environ
    }
    return SecretsManagerSecrets(_client("secretsmanager"), secret_ids, utc_now)


def _aws_deliveries() -> Deliveries:
    from connectors.store.deliveries import Deliveries

    return Deliveries(_aws_store(None), utc_now)  # the receiver writes records only; files are the journey's


@functools.cache
def _aws_arrivals() -> Arrivals:
    from connectors.store.arrivals import Arrivals

    return Arrivals(_aws_store(None), utc_now)


def _keep_on_aws(incident_id: str, event_id: str, event: dict[str, Any]) -> bool:
    from connectors.store.observed import keep_event

    return keep_event(_aws_store(None), incident_id, event_id, event)


def _is_followed_on_aws(issue_id: str) -> bool:
    from connectors.store.followed_issues import is_followed

    return is_followed(_aws_store(None), issue_id)


def _aws_store(s3: Any, dynamodb: Any = None) -> Store:
    """`dynamodb` is a client; without it the bare one that fails fast."""
    from connectors.store.dynamo import DynamoStore

    table, bucket = os.environ["DEBRIEF_TABLE"], os.environ["DEBRIEF_BUCKET"]
    return DynamoStore(dynamodb or _client("dynamodb"), table, s3, bucket, utc_now)


def _start_on_aws(kind: str, name: str, payload: dict[str, Any]) -> bool:
    from connectors.engine.start import start_on_lambda

    function_arn = os.environ[f"DEBRIEF_{kind.upper()}_ARN"]
    return start_on_lambda(_client("lambda"), function_arn, kind, name, payload)


def _failed_on_aws() -> Sequence[Failure]:
    from connectors.engine.failed_on_aws import failures_on_lambda
    from handlers.leftovers import TRIED_FOR

    return failures_on_lambda(_client("lambda"), os.environ["DEBRIEF_POSTMORTEM_ARN"], utc_now() - TRIED_FOR)


@functools.cache
def durable(journey: Journey, kind: str) -> Callable[[Any, Any], Any]:
    """The Lambda handler of one kind of journey, made at its first call."""
    with loaded_for_good():
        from connectors.engine.durable import durable_handler
        from connectors.table_journal import TableJournal
        from handlers.telling import telling

        aws_house()

        def run(steps: Steps, payload: Any) -> Any:
            return journey(steps, payload, house=aws_house())

        def journal(execution: str) -> TableJournal:
            return TableJournal(aws_house().store, execution, utc_now)

        return durable_handler(run, journal, utc_now, kind=kind, on_progress=telling(meter()))


def aws_house() -> House:
    """The journey's house on AWS, made anew after five minutes: a function that the clock keeps warm must hear of
    settings that were pushed, and of tokens that were changed."""
    return _houses().get("house")


@functools.cache
def _houses() -> Kept[House]:
    from connectors.secrets.kept import Kept

    return Kept(lambda _: _house_on_aws(), utc_now)


def _house_on_aws() -> House:
    """The settings out of the bucket, the tokens as they are now."""
    from handlers.telling import log_part

    dynamodb, s3 = _aws_clients()
    store = _aws_store(s3, dynamodb)
    settings = settings_in(store)
    templates, secrets = templates_in(store, settings), _aws_secrets()
    return build_house(
        settings,
        secrets,
        store,
        on_part=log_part,
        templates=templates,
        start=_start_on_aws,
        failures=_failed_on_aws,
    )


@functools.cache
def _aws_clients() -> tuple[Any, Any]:
    """boto3 clients of DynamoDB and S3. Two attempts: the store recognises its own write in a repeated one.

    The session becomes boto3's own as well, for the client that the durable SDK makes.
    """
    import boto3
    from botocore.config import Config

    boto3.setup_default_session(botocore_session=_botocore_session())
    config = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2})
    return boto3.client("dynamodb", config=config), boto3.client("s3", config=config)


def desk() -> Desk:
    """What a form in Slack needs, on AWS: the settings as they are now."""
    from handlers.desk import desk_with

    store = _aws_store(_client("s3"))
    return desk_with(store, settings_in(store), _aws_secrets())
