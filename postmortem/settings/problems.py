"""What is wrong with the settings: every problem with its line, its key, and what to do about it."""

from dataclasses import dataclass

type Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `key` is a path such as "routing[1].project", "" for the file.

    `what` and `remedy` are sentences without the key: "is missing", "Add it: the key of the Jira project."
    """

    line: int | None
    key: str
    what: str
    remedy: str = ""
    column: int | None = None

    def __str__(self) -> str:
        """ "line 4, routing[1].project: is missing. Add it: ..." """
        where = [f"line {self.line}"] if self.line else []
        where += [f"column {self.column}"] if self.column else []
        where += [self.key] if self.key else []
        sentence = f"{self.what}." + (f" {self.remedy}" if self.remedy else "")
        return f"{', '.join(where)}: {sentence}" if where else sentence


class SettingsError(Exception):
    """The settings cannot be used. `problems` holds every one of them, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        lines = "".join(f"\n  {problem}" for problem in self.problems)
        super().__init__(f"The settings have {count}:{lines}")


def key_from_path(path: Path) -> str:
    """("routing", 1, "project") reads "routing[1].project"."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
