"""Plausible chat for large scripts: sentence(n) is always the same sentence."""

_SUBJECTS = (
    "the indexer", "replica 3", "the eu-west-1 canary", "the queue", "node pool b", "the primary", "the cache",
    "pod search-7f9", "the load balancer", "the backfill job",
)  # fmt: skip
_FINDINGS = (
    "is {n} seconds behind", "shows {n} errors a minute", "is back to normal", "restarted {n} times",
    "has {n} connections open", "is still warming up", "looks healthy again", "is at {n} % CPU",
    "dropped {n} requests", "does not answer on /healthz",
)  # fmt: skip
_ENDS = (
    "", ", looking", ", can somebody confirm?", " https://grafana.acme.example/d/panel?viewPanel={n}",
    ", same as before", ", I try a restart", ", no idea why", " (since {h}:{m})",
)  # fmt: skip
_REMARKS = (
    "hm, that is odd", "+1", "looking at the dashboards now", "do we have logs for that?", "ok", "I can reproduce it",
    "let me check with the database people", "rolling that back", "confirmed", "that was me, sorry",
    "graph attached in the other thread", "any news?", "not on my side",
)  # fmt: skip


def sentence(number: int) -> str:
    """Two of five are short remarks, the others name a part of the system and a figure."""
    scattered = number * 7919 + number // 13
    if scattered % 5 < 2:
        return _REMARKS[scattered // 5 % len(_REMARKS)]
    subject = _SUBJECTS[scattered % len(_SUBJECTS)]
    finding = _FINDINGS[scattered // 7 % len(_FINDINGS)]
    end = _ENDS[scattered // 11 % len(_ENDS)]
    figures = {"n": scattered % 97 + 3, "h": f"{scattered % 24:02d}", "m": f"{scattered % 60:02d}"}
    return f"{subject} {finding}{end}".format(**figures)
