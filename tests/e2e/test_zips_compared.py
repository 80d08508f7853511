"""What `make package` builds: the same files for both processors, the same bytes every time, nothing without a use."""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import botocore.session
import pytest
from botocore.loaders import Loader

from tests.e2e.on_lambda import ZIPS
from tests.e2e.runtime import ARCH

ROOT = ZIPS.parents[1]
UV = ROOT / ".tools" / "venv" / "bin" / "uv"
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}.get(ARCH, "")
NAMES = ("journey", "receiver")
MOST_MEGABYTES = {"journey": 40, "receiver": 8}
NO_NETWORK = re.compile(
    r"Failed to fetch|error sending request|dns error|network connectivity is disabled", re.IGNORECASE
)

# rapidfuzz has its loops a second time for x86 processors that know AVX2, and a module that finds out.
ONLY_ON_X86_64 = {
    "rapidfuzz/_feature_detector_cpp.cpython-313.so",
    "rapidfuzz/distance/metrics_cpp_avx2.cpython-313.so",
    "rapidfuzz/fuzz_cpp_avx2.cpython-313.so",
}
OF_THE_RECEIVER = {"botocore", "dateutil", "jmespath", "six", "urllib3", "connectors", "handlers", "postmortem"}
NEVER_THERE = {"tests", "docs", ".git", "node_modules", "debrief.env", "debrief.yml", "serverless.yml"}

type Zips = dict[tuple[str, str], zipfile.ZipFile]
"""By processor and name."""

pytestmark = pytest.mark.skipif(not UV.exists(), reason="make test puts uv, which builds the zips, into .tools/")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is committed, so that nobody edits it between two builds; with this Makefile, tools and libraries."""
    folder = tmp_path_factory.mktemp("clone") / "debrief"
    subprocess.run(["git", "clone", "-q", "--shared", str(ROOT), str(folder)], check=True, timeout=60)
    shutil.copy(ROOT / "Makefile", folder)
    for name in (".venv", ".tools"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture(scope="module")
def built(clone: Path) -> Zips:
    """Both processors' zips, of wheels that uv keeps. Where it has them not and no registry is in reach, no tests."""
    for processor in (ARCH, OTHER):
        package(clone, processor)
    return {
        (processor, name): zipfile.ZipFile(clone / "build" / processor / f"{name}.zip")
        for processor in (ARCH, OTHER)
        for name in NAMES
    }


def package(clone: Path, processor: str, *more: str) -> str:
    """What `make package` printed. Its tools are there, whatever the time on the clone's files says."""
    command = ["make", "-s", "-o", ".venv/.synced", "package", f"ARCH={processor}", *more]
    ran = subprocess.run(command, cwd=clone, capture_output=True, text=True, timeout=500)
    if NO_NETWORK.search(ran.stderr):
        pytest.skip(f"uv has not kept every wheel for {processor}, and no registry is in reach")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def names_in(zipped: zipfile.ZipFile) -> set[str]:
    """Its files, without the processor in the names of compiled extensions."""
    return {re.sub(r"(?<=cpython-313)-\w+-linux-gnu", "", name) for name in zipped.namelist()}


def different(one: zipfile.ZipFile, other: zipfile.ZipFile) -> list[str]:
    """The files that are not alike, or only in one of them."""
    here, there = ({entry.filename: entry.CRC for entry in zipped.infolist()} for zipped in (one, other))
    return sorted(name for name in here | there if here.get(name) != there.get(name))


def hash_of(zipped: zipfile.ZipFile) -> str:
    return hashlib.sha256(Path(str(zipped.filename)).read_bytes()).hexdigest()


def test_both_processors_get_the_same_files(built: Zips):
    assert names_in(built["x86_64", "journey"]) ^ names_in(built["arm64", "journey"]) == ONLY_ON_X86_64
    assert names_in(built["x86_64", "receiver"]) == names_in(built["arm64", "receiver"])


def test_two_builds_are_the_same_bytes_and_tell_their_sizes(built: Zips, clone: Path):
    told = package(clone, ARCH, "ZIPS=build/again")
    for name in NAMES:
        again, before = zipfile.ZipFile(clone / "build" / "again" / f"{name}.zip"), built[ARCH, name]
        assert different(before, again) == []
        assert hash_of(again) == hash_of(before)
        assert re.search(rf"^[\d.]+M\s.*{name}\.zip$", told, re.MULTILINE), told


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_is_small_and_holds_nothing_but_what_runs(built: Zips, name: str):
    for processor in (ARCH, OTHER):
        zipped = built[processor, name]
        assert Path(str(zipped.filename)).stat().st_size < MOST_MEGABYTES[name] * 1024 * 1024
        tops = {file.partition("/")[0] for file in zipped.namelist()}
        assert not tops & NEVER_THERE
        ours = [file for file in zipped.namelist() if file.startswith(("connectors/", "handlers/", "postmortem/"))]
        assert ours
        assert [file for file in zipped.namelist() if "/tests/" in file] == []
        assert [file for file in ours if file.endswith((".md", ".env"))] == []


def test_the_receivers_zip_holds_botocore_and_no_vendors_client(built: Zips):
    for processor in (ARCH, OTHER):
        tops = {file.partition("/")[0] for file in built[processor, "receiver"].namelist()}
        assert {
            top.removesuffix(".py") for top in tops if not top.endswith((".dist-info", "__pycache__"))
        } == OF_THE_RECEIVER


@pytest.mark.parametrize("name", NAMES)
def test_every_module_is_compiled_and_its_source_never_looked_at_again(built: Zips, name: str):
    """PEP 552: the second word of the header has bit 0 for a hash, and bit 1 where the source is checked by it."""
    zipped = built[ARCH, name]
    modules = [Path(file) for file in zipped.namelist() if file.endswith(".py")]
    headers = {zipped.read(str(file.parent / "__pycache__" / f"{file.stem}.cpython-313.pyc"))[:8] for file in modules}
    assert headers == {importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")}


SPOKEN_TO = ("dynamodb", "lambda", "s3", "secretsmanager")
REGIONS = ("us-east-1", "eu-central-2", "ap-southeast-5", "cn-north-1", "us-gov-west-1", "xx-nowhere-1")


def addresses(data: Path | None) -> dict[tuple[str, str], str]:
    """Where botocore would send requests, with its own data or that of a zip: by service and region."""
    session = botocore.session.Session()
    if data:
        session.register_component("data_loader", Loader([str(data)], include_default_search_paths=False))
    clients = {
        (service, region): session.create_client(
            service, region_name=region, aws_access_key_id="test", aws_secret_access_key="test"
        )
        for service in SPOKEN_TO
        for region in REGIONS
    }
    return {which: str(client.meta.endpoint_url) for which, client in clients.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_zips_endpoints_lead_to_the_same_addresses_as_all_of_them(built: Zips, name: str, tmp_path: Path):
    zipped, folder = built[ARCH, name], "botocore/data/"
    zipped.extractall(tmp_path, [file for file in zipped.namelist() if file.startswith(folder)])

    assert addresses(tmp_path / folder) == addresses(None)
    whole, left = (Path(data, "endpoints.json") for data in (Loader.BUILTIN_DATA_PATH, tmp_path / folder))
    assert left.stat().st_size < 50_000
    assert whole.stat().st_size > 1_000_000, "a build changed the library that it copied from"
