"""One cold start in this process: import a handler, give it one event, print what that cost and what it loaded.

python -m tests.benchmarks.receiver_child <module of the handler> < event.json
"""

import gc
import json
import sys
import time
from importlib import import_module


def main(module: str) -> None:
    event = json.load(sys.stdin)
    sys.stdin.close()
    cpu, wall = time.process_time(), time.perf_counter()
    handler = import_module(module).handler
    imported_cpu, imported_wall = time.process_time(), time.perf_counter()
    answer = handler(event, None)
    answered_cpu, answered_wall = time.process_time(), time.perf_counter()
    modules = sorted({name.partition(".")[0] for name in sys.modules})
    from tests.benchmarks.peak import peak_mb  # not before: what it loads, the handler does not load for nothing

    spent = {
        "status": answer["statusCode"],
        "cpu_ms": (answered_cpu - cpu) * 1000,
        "wall_ms": (answered_wall - wall) * 1000,
        "import_cpu_ms": (imported_cpu - cpu) * 1000,
        "import_wall_ms": (imported_wall - wall) * 1000,
        "peak_mb": peak_mb(),
        "sessions": _sessions(),
        "modules": modules,
    }
    print(json.dumps(spent))


def _sessions() -> int:
    """How many botocore sessions are alive."""
    gc.unfreeze()  # what was loaded for good is not listed otherwise
    session = sys.modules.get("botocore.session")
    return sum(type(thing) is session.Session for thing in gc.get_objects()) if session else 0


if __name__ == "__main__":
    main(sys.argv[1])
