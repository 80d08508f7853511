"""The floor under every cold start: what the runtime takes by itself."""

from typing import Any


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    return {"statusCode": 403}
