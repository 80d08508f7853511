"""The words by which people tell what they did to a system, and those that take it back. Small letters.

General English of operations, fitted to no data set.
"""

import re

# (verb, forms of the past, of the running): what is done to a system to make it better.
MENDING = (
    ("roll back", r"rolled (?:\S{1,40} ){0,3}?back(?! (?:run|play)book)", r"rolling (?:\S{1,40} ){0,3}?back"),
    ("revert", "reverted", "reverting"),
    ("undo", "undid|undone", "undoing"),
    (
        "restart",
        "restarted|rebooted|bounced|power-?cycled|recycled|reloaded",
        "restarting|rebooting|bouncing|power-?cycling|recycling|reloading",
    ),
    (
        "deploy",
        "redeployed|re-deployed|deployed|shipped|released|rolled (?:out|forward)",
        "redeploying|re-deploying|deploying|shipping|releasing|rolling (?:out|forward)",
    ),
    (
        "fail over",
        r"failed (?:\S{1,40} ){0,2}?over|switched (?:\S{1,40} ){0,4}?(?:over|to)|promoted",
        r"failing (?:\S{1,40} ){0,2}?over|switching (?:\S{1,40} ){0,4}?(?:over|to)|promoting",
    ),
    (
        "scale",
        "scaled|doubled|tripled|resized|expanded|extended|provisioned|spun up|brought up|booted",
        "scaling|doubling|tripling|resizing|expanding|extending|provisioning|spinning up|bringing up|booting",
    ),
    (
        "drain",
        "drained|cordoned|evicted|isolated|quarantined|detached|fenced",
        "draining|cordoning|evicting|isolating|quarantining|detaching|fencing",
    ),
    (
        "turn off",
        (
            r"disabled|turned (?:\S{1,40} ){0,4}?off|switched (?:\S{1,40} ){0,4}?off|shut (?:\S{1,40} ){0,4}?down|"
            r"took (?:\S{1,40} ){0,4}?(?:out|down|offline)|taken (?:\S{1,40} ){0,3}?(?:out|offline)|unplugged|paused|"
            r"stopped|killed|cancell?ed|aborted|suspended|pulled"
        ),
        (
            r"disabling|turning (?:\S{1,40} ){0,4}?off|switching (?:\S{1,40} ){0,4}?off|"
            r"shutting (?:\S{1,40} ){0,4}?down|taking (?:\S{1,40} ){0,4}?(?:out|down|offline)|unplugging|pausing|"
            r"stopping|killing|cancell?ing|aborting|suspending|pulling"
        ),
    ),
    (
        "turn on",
        (
            r"enabled|re-enabled|turned (?:\S{1,40} ){0,4}?on|resumed|unpaused|started|"
            r"brought (?:\S{1,40} ){0,4}?(?:back|up)|put (?:\S{1,40} ){0,4}?back"
        ),
        (
            r"enabling|re-enabling|turning (?:\S{1,40} ){0,4}?on|resuming|starting|"
            r"bringing (?:\S{1,40} ){0,4}?(?:back|up)|putting (?:\S{1,40} ){0,4}?back"
        ),
    ),
    (
        "block",
        "blocked|banned|throttled|rate[- ]limited|shed|blackholed|null-?routed|whitelisted|allow-?listed|unblocked",
        "blocking|banning|throttling|rate[- ]limiting|shedding|blackholing|whitelisting|allow-?listing|unblocking",
    ),
    (
        "raise",
        "raised|increased|bumped|lowered|decreased|reduced|tuned|capped",
        "raising|increasing|bumping|lowering|decreasing|reducing|tuning|capping",
    ),
    (
        "delete",
        "deleted|removed|purged|flushed|cleared|cleaned (?:up|out)|truncated|dropped|vacuumed|pruned|freed|wiped",
        (
            "deleting|removing|purging|flushing|clearing|cleaning (?:up|out)|truncating|dropping|vacuuming|pruning|"
            "freeing|wiping"
        ),
    ),
    (
        "replace",
        "replaced|swapped|reseated|rotated|renewed|reissued|re-issued|issued|regenerated",
        "replacing|swapping|reseating|rotating|renewing|reissuing|re-issuing|issuing|regenerating",
    ),
    (
        "move",
        "moved|migrated|rerouted|re-routed|redirected|shifted|diverted|pointed",
        "moving|migrating|rerouting|re-routing|redirecting|shifting|diverting|pointing",
    ),
    (
        "restore",
        (
            "restored|rebuilt|reimaged|re-imaged|reindexed|re-indexed|resynced|re-synced|recreated|re-created|reset|"
            "repaired|recovered|replayed|reprocessed|backfilled"
        ),
        (
            "restoring|rebuilding|reimaging|re-imaging|reindexing|re-indexing|resyncing|re-syncing|recreating|"
            "re-creating|resetting|repairing|recovering|replaying|reprocessing|backfilling"
        ),
    ),
    (
        "change",
        (
            "upgraded|downgraded|pinned|patched|hotfixed|hot-?patched|fixed|changed|set|updated|added|applied|"
            "configured|reconfigured|adjusted|toggled|flipped|pushed|merged|committed|forced|mounted|remounted|"
            "installed|reinstalled|attached|registered|opened (?:changelink|an? (?:[a-z]+ )?(?:pr|mr|pull request|"
            "merge request|fix|hotfix|revert))"
        ),
        (
            "upgrading|downgrading|pinning|patching|hotfixing|hot-?patching|fixing|changing|setting|updating|adding|"
            "applying|configuring|reconfiguring|adjusting|toggling|flipping|pushing|merging|committing|forcing|"
            "mounting|remounting|installing|reinstalling|attaching|registering"
        ),
    ),
    ("retry", "retried|reran|re-ran|requeued|re-queued", "retrying|rerunning|re-running|requeueing|re-queueing"),
)
LOOKING = (
    (
        "check",
        (
            "checked|verified|inspected|examined|reviewed|looked (?:at|into|through|up)|went through|dug (?:into|"
            "through)|compared|audited|read through|scanned|grepped|tailed"
        ),
        (
            "checking|verifying|inspecting|examining|reviewing|looking (?:at|into|through|in)|going through|"
            "digging (?:into|through)|comparing|auditing|scanning|grepping|tailing"
        ),
    ),
    (
        "test",
        (
            "tested|tried|reproduced|bisected|simulated|replicated|pinged|curled|traced|profiled|benchmarked|ran|"
            "queried|logged (?:in|into|on)|ssh'?d|sshed|connected to|attached a debugger"
        ),
        (
            "testing|trying|reproducing|bisecting|simulating|pinging|curling|tracing|profiling|benchmarking|running|"
            "querying|logging (?:in|into)|sshing|connecting to"
        ),
    ),
    (
        "capture",
        "captured|dumped|took (?:a|an|the) (?:\\w+ )?(?:dump|trace|snapshot|profile|capture)|collected|exported",
        "capturing|dumping|taking (?:a|an|the) (?:\\w+ )?(?:dump|trace|snapshot|profile|capture)|collecting|exporting",
    ),
    (
        "ask",
        (
            "contacted|opened (?:a|an|the) (?:\\w+ )?(?:ticket|case|support request)|filed (?:a|"
            "an) (?:\\w+ )?(?:ticket|case)|called (?:the )?(?:vendor|provider|isp|support)|engaged"
        ),
        (
            "contacting|opening (?:a|an|the) (?:\\w+ )?(?:ticket|case|support request)|filing (?:a|"
            "an) (?:\\w+ )?(?:ticket|case)|calling (?:the )?(?:vendor|provider|isp|support)"
        ),
    ),
)
# What may stand between the start of a clause and the verb when the speaker, or somebody named, is the one who did it.
SOMEBODY = (
    r"(?:i|we|he|she|they|i've|we've|i'm|we're|they're|he's|she's|they've|@[\w.-]{1,40}|(?:the |our |an? )?"
    r"(?:team|on-?call|engineers?|operators?|sre|ops|dba|admins?|vendor|provider|support)|someone|somebody)"
)
MEANWHILE = (
    r"(?:ok|okay|so|and|then|now|just|also|already|again|first|next|finally|meanwhile|right|done|update|fyi|yes|"
    r"yep|yeah|sure|well|alright|plausible|"
    r"currently|still|manually|temporarily|quickly|successfully|have|has|had|having|am|are|is|was|were|been|"
    r"in the meantime|for now|at the moment|started|"
    r"force|hard|soft|fully|simply|actually|both|all|eta|confirmed|\d{1,2}:\d\d(?::\d\d)?|@[\w.-]{1,40})"
)
LEAD = re.compile(rf"\s*(?:{MEANWHILE}\W{{1,3}}){{0,5}}?(?:{SOMEBODY}\s+)?(?:{MEANWHILE}\W{{1,3}}){{0,4}}?")
DENIED = re.compile(
    r"\b(?:not|never|no one|nobody|none|neither|without|\w+n't|didnt|havent|hasnt|wasnt|cannot|if|unless|until|"
    r"once|when|whenever|after|before|because|since|while|whether|"
    r"should|would|could|might|may|must|will|can|shall|'ll|to be|need\w*|want\w*|hope\w*|wish\w*|plan\w*|try and|"
    r"instead|keeps?|oom|looks? like|seems?|maybe|perhaps|probably|possibly|apparently|suspect\w*|every|automatically|"
    r"itself|by itself)\b"
)
DENIED_AFTER = re.compile(
    r"\A\W*(?:[\w-]+ ){0,4}?(?:takes?|would|will|won't|might|may|could|should|needs?|requires?|means?|seems?|"
    r"is (?:not|an option|risky|safe|possible|the)|isn't|does(?:n't)?|can(?:'t|not)?)\b|"
    r"\A\W*(?:\d+|several|many|multiple|a few|three|two) times\b|\A[^.]{0,60}\b(?:keeps?|by (?:k8s|kubernetes|"
    r"systemd|the (?:scheduler|autoscaler|kubelet|operator|oom\w*|watchdog|system))|by itself|on its own|"
    r"automatically|itself)\b"
)
LONG_AGO = re.compile(
    r"\b(?:yesterday|last (?:week|month|year|night|time|sprint|quarter|friday|monday|tuesday|wednesday|thursday|"
    r"sunday|saturday)|(?:days?|weeks?|months?|years?) ago|(?:in|since|on) (?:january|february|march|april|june|"
    r"july|august|"
    r"september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|previously|"
    r"recently|"
    r"the other day|earlier this (?:week|month))\b"
)
HOUSEKEEPING = re.compile(
    r"\A\W*(?:\S+ ){0,2}?(?:to |in |into |on |from )?(?:the |this |a |our |my |their )?(?:channels?|threads?|"
    r"calls?|bridge|zoom|meet(?:ing)?|docs?|document|slack|war ?room|incident|severity|priority|status ?page|"
    r"title|topic|customers?|"
    r"stakeholders?|ticket|calendar|invite|page|pager|reminder|timeline|notes?|@[\w.-]+|eyes|people|someone|"
    r"somebody|everyone|legal|comms|sev ?\d|p\d|sla|seeing|getting|responding|working|receiving|hearing|feeling|"
    r"yours|mine|incidents)\b"
)
A_SYMPTOM = re.compile(
    r"\A\W*(?:\w+ )?(?:latenc\w+|errors?|failures?|timeouts?|load|traffic|cpu|5xx|response times?|rates?|"
    r"by (?:review|approval|\w+ing)|on (?:review|approval)|requests?|packets?|connections?|messages?|working|"
    r"responding|accepting|serving)\b"
)
OF_STATE = frozenset({"raise", "delete", "turn off", "block", "turn on", "change"})
NOUN = re.compile(
    rf"(?:\A|[,;:.]|\b(?:and|but|then|ok)\b)\s*(?:{MEANWHILE}\W{{1,3}}){{0,3}}?(?:(?:the|a|my|our|\S{{1,30}}'s|"
    rf"new|first|second|full|manual|emergency|\S{{1,30}}) ){{0,3}}?(?P<noun>rollback|roll-back|revert|restarts?|"
    rf"reboot|redeploy(?:ment)?|fail-?over|switch-?over|hot-?fix|fix|patch|workaround|"
    r"mitigation|scale-?up|reindex|resync|rebuild|purge|flush|restore|backfill|cleanup|rolling restart)"
    r"(?: pr| deploy(?:ment)?| release| build| of (?:the )?\S{1,40}| to \S{1,40}| for \S{1,40})? (?:has |have |is |"
    r"are |was |were )?(?:just |now |been |all |fully )*"
    r"(?:(?P<done>started|done|complete[d]?|finished|in progress|under ?way|live|out|deployed|merged|applied|"
    r"triggered|kicked off|initiated|running|rolling out|in place|shipped|going out|landed|pushed)\b|"
    r"(?P<effect>(?:fixed|helped|helps|solved|resolved|worked|did it|made (?:it|things)|had no effect|"
    r"made no difference|(?:did|does)(?:n't| not) (?:help|work|fix|change))\b))"
)
# Who notices that something was done did not do it.
NOTICED = re.compile(r"\b(?:that|which|what|notic\w+|confirm\w*|found|sees?|saw|shows?|learn\w*)\b")
PASSIVE = re.compile(
    r"[\w.)`'\"-] (?:is|are|was|were|has been|have been|got|being|been)(?: (?:being|now|all|just|fully|manually|also|"
    r"already|successfully)){0,3} \Z"
)
# "Optic replaced, errors are at zero": short for "was replaced". Words for what a system also does by itself are out.
REPORTED = re.compile(
    r"(?:\A|[,;.]\s)\s*(?:(?:ok|so|and|also|done|update)\W{1,2})?(?:(?!(?:i|we|no|not|nothing|it|that|"
    r"still)\b)[\w./@-]{1,40} ){1,4}(?P<verb>replaced|swapped|rotated|renewed|reissued|reverted|rolled back|"
    r"turned off|turned on|switched off|shut down|taken (?:out|down|offline)|disabled|enabled|"
    r"patched|upgraded|downgraded|flushed|purged|deleted|removed|drained|cordoned|merged|deployed|redeployed|"
    r"pushed|applied|rebuilt|blocked|unblocked|killed|promoted|pinned|"
    r"whitelisted|migrated|moved|rerouted|redirected|shifted|resynced|reindexed|bumped|raised|lowered)(?= (?:to|"
    r"from|by hand|manually|with|on|in|and|for|now)\b|\s*[,;.!]|\s*\Z)"
)
# "We have restart the server", "did a restart".
WITHOUT_AN_ENDING = re.compile(
    r"\b(?:i|we|they|just) (?:have |has |did |made |make |done |had )(?:now |already |just )?(?:a |the |another )?"
    r"(?:full |rolling |quick |manual )?(?P<verb>restart|reboot|roll ?back|revert|redeploy|fail-?over|kill|flush|"
    r"disable|"
    r"increase|decrease)\b(?! (?:in|of|loops?|issues?|problems?)\b)"
)
SAME_VERB = {
    "rollback": "roll back", "roll-back": "roll back",
    "reboot": "restart", "restarts": "restart", "rolling restart": "restart",
    "redeploy": "deploy", "redeployment": "deploy",
    "fail-over": "fail over", "failover": "fail over", "switch-over": "fail over", "switchover": "fail over",
    "hotfix": "change", "hot-fix": "change", "fix": "change", "patch": "change", "workaround": "change",
    "mitigation": "change", "scaleup": "scale", "scale-up": "scale", "backfill": "restore", "cleanup": "delete",
}  # fmt: skip
