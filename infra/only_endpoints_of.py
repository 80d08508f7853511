"""Leaves in botocore's file of endpoints those of the named services: `only_endpoints_of.py FILE SERVICE...`"""

import json
import sys
from pathlib import Path
from typing import Any


def only_those_of(services: list[str], known: dict[str, Any]) -> dict[str, Any]:
    """The same partitions, regions and patterns."""
    partitions = [
        partition | {"services": {name: one for name, one in partition["services"].items() if name in services}}
        for partition in known["partitions"]
    ]
    return known | {"partitions": partitions}


if __name__ == "__main__":
    file, *services = sys.argv[1:]
    known = json.loads(Path(file).read_text())
    Path(file).write_text(json.dumps(only_those_of(services, known)))
