"""Secrets of one machine: the environment, and a file of KEY=value lines (`debrief.env`). Standard library only."""

import stat
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from connectors.errors import BadReply, NotAllowed, NotFound
from connectors.secrets.kept import Kept
from connectors.secrets.port import Secret


class EnvironmentSecrets:
    """Reads no environment itself: the mapping is passed in. What the environment says wins over the file."""

    def __init__(self, environment: Mapping[str, str], file: Path | None, now: Callable[[], datetime]) -> None:
        self._environment, self._file, self._now = environment, file, now
        self._kept = Kept(lambda _: secrets_from_file(file), now)

    def read(self, name: str) -> str:
        value = self._value(name)
        if not value:
            place = self._file.name if self._file else "the environment"
            raise NotFound(f"reading the secret {name}", "it is not set", f"Write a line {name}=... into {place}.")
        return value

    def current_and_previous(self, name: str) -> tuple[str, ...]:
        values = (self.read(name), self._value(f"{name}_PREVIOUS"))
        return tuple(dict.fromkeys(value for value in values if value))

    def now(self) -> datetime:
        return self._now()

    def refresh(self, _name: str, since: datetime) -> bool:
        return self._kept.refresh("file", since)

    def warnings(self) -> tuple[str, ...]:
        """Sentences that a person should read once: who else can read the file, lines that are not KEY=value."""
        if self._file is None or not self._file.exists():
            return ()
        open_to_others = self._file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        sentences = (
            [f"Other users of this machine can read {self._file}: run chmod 600 on it."] if open_to_others else []
        )
        odd = [number for number, line in enumerate(lines_of(self._file), 1) if _is_odd(line)]
        return (*sentences, *(f"Line {number} of {self._file} is not KEY=value: it is ignored." for number in odd))

    def _value(self, name: str) -> str:
        return Secret(self._environment.get(name, "").strip()) or self._kept.get("file").get(name, "")

    def __repr__(self) -> str:
        return f"EnvironmentSecrets({str(self._file)!r})"


def secrets_from_file(file: Path | None) -> Mapping[str, Secret]:
    """Every KEY=value of the file; none where there is no file. Values may stand in quotes; nothing is replaced."""
    if file is None:
        return {}
    pairs = [line.strip().removeprefix("export ").partition("=") for line in lines_of(file) if not _is_odd(line)]
    return {name.strip(): Secret(_unquoted(value.strip())) for name, sign, value in pairs if sign}


def lines_of(file: Path) -> list[str]:
    tried = f"reading {file}"
    try:
        return file.read_bytes().decode("utf-8-sig").splitlines()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        pass  # raised below: the error at hand holds the file's bytes
    except OSError as error:
        raise NotAllowed(tried, error.strerror or "it cannot be read", f"Run chmod 600 {file} as its owner.") from error
    raise BadReply(tried, "it is not UTF-8 text", "Save it again as plain text.")


def _is_odd(line: str) -> bool:
    text = line.strip()
    if not text or text.startswith("#"):
        return False
    name, sign, _ = text.removeprefix("export ").partition("=")
    return not sign or not name.strip().isidentifier()


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
