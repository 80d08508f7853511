"""Where Debrief runs: a stage is found by its stack, or one sentence says why not."""

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.errors import ConnectorError, NotAllowed, NotFound, Rejected
from connectors.secrets.keeping import FileKeeper
from handlers.place import find_place
from handlers.stage import find_stage
from tests.contract.staged import Staged, a_stage
from tests.contract.stores import Aws

pytest_plugins = ["tests.contract.store_fixtures"]

SECRET, PREVIOUS = "PAGERDUTY_WEBHOOK_SECRET", "PAGERDUTY_WEBHOOK_SECRET_PREVIOUS"


@pytest.fixture
def staged(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Staged:
    return a_stage(aws, monkeypatch)


def test_a_stage_is_found_by_its_name(staged: Staged):
    place = find_place("dev", None)

    assert place.name == "the stage dev in us-east-1"
    assert place.base_url() == "https://abc.execute-api.example.com"
    assert place.settings().publish.public_base_url is None  # the defaults: the bucket is empty
    store = place.store()
    store.write("A", "b", {"c": 1})
    assert [record.value for record in store.list("A", "")] == [{"c": 1}]
    store.close()


def test_vendors_are_told_a_stages_own_name_where_it_has_one(staged: Staged):
    found = find_stage("dev")
    named = replace(found, outputs={**found.outputs, "BaseUrl": "https://debrief.acme.example"})

    assert named.base_url() == "https://debrief.acme.example"


def test_what_is_kept_in_a_stage_is_what_its_functions_read(staged: Staged):
    place = find_stage("dev")
    place.keeper().keep({SECRET: "first", "PAGERDUTY_TOKEN": "t"})
    place.keeper().keep({SECRET: "second", PREVIOUS: "first"})

    assert staged.secret("PAGERDUTY") == {"PAGERDUTY_TOKEN": "t", SECRET: "second", PREVIOUS: "first"}
    assert place.secrets().current_and_previous(SECRET) == ("second", "first")
    assert place.keeper().known(PREVIOUS) == "first"
    place.keeper().keep({PREVIOUS: None})
    assert place.secrets().current_and_previous(SECRET) == ("second",)


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize(
    ("region", "words"), [(None, "there is no stack debrief-prod in us-east-1"), ("eu-west-1", "in eu-west-1")]
)
def test_a_stage_that_is_not_there_is_one_sentence_that_names_the_region(region: str | None, words: str):
    with pytest.raises(NotFound, match=words) as error:
        find_stage("prod", region)
    assert "--region" in str(error.value)
    assert "make deploy STAGE=prod" in str(error.value)


def test_without_a_region_or_credentials_the_setting_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(NotAllowed, match="--region"):
        find_stage("dev")
    with pytest.raises(NotAllowed, match="Sign in to AWS"):
        find_stage("dev", "eu-west-1")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(NotAllowed, match="AWS_PROFILE"):
        find_stage("dev", "eu-west-1")


def test_a_file_of_secrets_keeps_its_other_lines_and_belongs_to_its_owner(tmp_path: Path):
    file = tmp_path / "debrief.env"
    file.write_text(f"# ours\nexport {SECRET}='old'\nSLACK_TOKEN=x\n")
    keeper = FileKeeper(file, {})

    keeper.keep({SECRET: "new", PREVIOUS: "old"})

    assert file.read_text() == f"# ours\nSLACK_TOKEN=x\n{SECRET}=new\n{PREVIOUS}=old\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert keeper.known(SECRET) == "new"
    assert [one.name for one in tmp_path.iterdir()] == ["debrief.env"]
    keeper.keep({PREVIOUS: None})
    assert PREVIOUS not in file.read_text()


@pytest.mark.parametrize("value", ["two\nlines", " padded", "'quoted'"])
def test_what_a_file_of_secrets_would_give_back_changed_is_refused(value: str, tmp_path: Path):
    with pytest.raises(Rejected) as error:
        FileKeeper(tmp_path / "debrief.env", {}).keep({SECRET: value})
    assert value not in str(error.value)
    assert not list(tmp_path.iterdir())


def test_a_name_that_the_environment_sets_is_not_kept_in_vain(tmp_path: Path):
    with pytest.raises(ConnectorError, match="out of the environment"):
        FileKeeper(tmp_path / "debrief.env", {SECRET: "set"}).keep({SECRET: "new"})
