"""The words by which people say what somebody will do, should do or is asked to do. Small letters.

General English of incidents and of their review, fitted to no data set.
"""

import re


def _words(text: str) -> str:
    return "|".join(word.replace("_", r"[ -]?") for word in sorted(text.split(), key=len, reverse=True))


_WORK = _words("""
add adapt address adjust align amend analyse analyze announce archive arrange articulate assign assess attach
audit automate backfill book bring_up build bump capture change chase check_with check_whether check_if
circulate clarify clean clean_up close_out codify collate collect combine comment compare complete configure
contact contribute convert copy correct create decommission dedupe define delete deprecate describe design
develop discuss_with distribute document draft drive edit e_mail email enforce ensure escalate_to estimate
evaluate expand explain explore expose extend facilitate figure_out file fill finalise finalize find find_out
finish fix flag flesh_out follow_up format forward gather generate get_back_to give go_through grant handle
harden have_alerts have_alerting have_monitoring have_an_alert have_a_runbook have_a_test have_tests have_better
have_proper help host identify implement improve increase inform instrument integrate introduce investigate invite
limit link list log look_at look_into loop_in lower make_sure make_them make_it make_the make_a make_an make_issue
make_issues measure mention merge message migrate monitor move_the nominate notify open organise organize
outline own page_on page_when page_if alert_on alert_when patch pin plan point post prepare prioritise
prioritize produce promote propose provide publish push put put_in put_up put_together raise reach_out read_up
rebuild reconcile record reduce refactor reference refine register reinstate remind remove rename renew
reorganise reorganize repair replace reply report reproduce republish request require research resize resolve
respond restrict restructure review revise revisit rewrite rework rotate route run_a schedule script send
separate set set_up share shorten simplify sketch sort_out specify split start_a submit summarise summarize
survey switch_to sync tackle tag take_care take_on take_over task test tidy tidy_up track train transfer
translate trim tune turn_into unify unblock update upgrade validate verify warn wire_up work_on work_with
work_out wrap write write_up
""")
# What one does to a system, or says, while it is broken.
_NOW = _words("""
ack acknowledge bounce call check cordon deploy disable drain drop_off enable evict fail_over fall_back flush
flip give_it give_them grab grep hop hop_on hotfix join jump kick kill keep_an keep_eyes look mute page pause
ping ask tell power_cycle pull_up pull_in purge quarantine re_deploy redeploy reboot recycle re_enable re_run
reload rerun restart restore resolve resume retry revert roll_back roll_forward roll_out rollback roll run scale
scale_up scale_down see shed shut_down shut silence ssh start stop switch tail take_a_look have_a_look take_it
terminate throttle toggle try turn_off turn_on turn_it unmute unpause wait watch wipe dig declare close
""")
# What one does in a conversation.
_TALK = _words("""
accept agree allow answer_that apologise apologize approve argue assume avoid be become believe catch choose
come consider continue decide defer discuss do_it do_that do_this end expect go go_ahead go_back go_on go_with
guess have have_to hear hold hope keep know leave let like listen live lose love make meet mention_that move
move_on move_to need note object pick postpone present put_it read remember repeat say scribe second show skip
speak start_with step_away step_out stick stop_here support suggest table take take_that take_up talk tell think
turn_to understand use vote wait_for want wonder work worry
""")
WORK, NOW, TALK = (re.compile(rf"(?:{words})(?![\w'])") for words in (_WORK, _NOW, _TALK))

ADVERBS = (
    r"(?:(?:also|just|then|probably|definitely|maybe|please|at least|really|still|actually|quickly|all|both|first|"
    r"perhaps|certainly|gladly|happily|either|now|go ahead and|go and|try to|try and|take an action to|"
    r"volunteer to) ){0,3}"
)
# How a participle ends, so that "should be added" is work and "should be fine" is none.
DONE_TO = (
    r"(?!(?:fixed|used|needed|allowed|required|supposed|done|called|resolved|restored|recovered|"
    r"finished) (?:by now|now|already))[a-z-]*(?:ed|tten|ken|wn|put|set|cut|done|built|split|sent|made|run)\b"
)
_NO_NAMES = """
a able about according aim aims idea happy glad quicker possible seems recommendation vote consensus everything
nothing reasonable action add after again all also an and another any anyone anybody as at back back-to before
being best better but by can could dear do does due each easy either else enough ensure every everything except
fine first for free from getting go going good great had hard have having hello here hi how however i if
important in is issue it its just kind last like likely link list looking maybe me more most much my need needs
new next nice no none not nothing now of off ok okay on once one only open or other others our out over people
perhaps please probably proposal proposed ready reason related request required rather see should similar since
so some something sorry still such sure team thank thanks that the their then there these they thing things this
those time to today tomorrow topic trying two under until up us use used want wanted was way we week well what
when where whether which while who why will wish with work would yes yet you your update edit note question
answer example fyi ps re resolved resolution subject summary status decision impact cause fix
"""
NO_NAMES = frozenset(_NO_NAMES.split())
# What is still there when the incident is over.
LASTING = re.compile(
    r"\b(?:metrics?|slos?|docs?|documentation|wiki|readme|faq|test[- ]cases?|tickets?|issues?|bugs?|prs?|"
    r"pull requests?|"
    r"jira|backlog|epic|retro\w*|polic(?:y|ies)|process|procedure|scripts?|quotas?|timeouts?|templates?|"
    r"spec|specs|specification|proposals?|drafts?|e-?mail|blog\w*|mailing list|agenda|repo|repository|"
    r"retries|back-?off|ci|pipelines?|rfc|adr|root cause|training|rota|rotation|owner(?:s|ship)?|feature flags?|"
    r"headroom|backups?|"
    r"limits?|permissions?|certificates?|secrets?|owners)\b"
)
# What one speaks of while it is broken only to have it the next time.
NEXT_TIME = re.compile(
    r"\b(?:alert(?:s|ing)?(?! (?:is|has|was|fired|again))|alarms?|monitoring|dashboards?|runbooks?|playbooks?|tests?|"
    r"(?:page|alert) (?:on|when|if)|post-?mortem|checklists?|automat\w+|circuit breakers?|rate limit\w*|canar(?:y|"
    r"ies)|"
    r"guard ?rails?|safeguards?|validation|linter|permanent\w*|long[- ]term|proper(?:ly)? fix|capacity planning|"
    r"restore tests?|load tests?|game ?days?|chaos|health ?checks?|escalation polic(?:y|ies)|"
    r"synthetics?|auto-?\w+|(?:^|to )document)\b"
)
LATER = re.compile(
    r"\b(?:ideally|at some point|some ?day|down the (?:road|line)|medium[- ]term|tomorrow|monday|tuesday|wednesday|"
    r"thursday|friday|next (?:week|sprint|month|quarter|time|release|meeting|"
    r"call)|"
    r"this (?:week|sprint|month|quarter)|(?:later|end of) (?:today|this week|the week|week|day|month)|later on|"
    r"eventually|"
    r"long[- ]term|going forward|in (?:the )?future|from now on|next time|follow[- ]?ups?|permanent(?:ly)?|for good|"
    r"after (?:this|the (?:incident|outage|call|meeting|dust|release|holidays?|freeze)|things|we(?:'re|"
    r" are)? (?:recover\w*|back|done))|"
    r"once (?:this|things|the (?:incident|outage|dust)|we(?:'re| are)) \w+|when (?:this|the incident) is over|"
    r"postmortem|post-mortem|retro(?:spective)?|backlog|sprint|(?:week|month)end|offline|so (?:that )?(?:this|"
    r"it) (?:doesn't|does not|never|can't|cannot)|"
    r"never again|again in future|in the long run|by (?:then|eod|eow|cob))\b"
)
SOON = re.compile(
    r"\b(?:now|right away|asap|immediately|real quick|"
    r"(?:in|for) (?:an?|one|two|three|five|ten|a few|\d+) ?(?:secs?|"
    r"seconds?|minutes?|mins?|"
    r"moments?|bit|while)|"
    r"one sec|(?:a|one) (?:sec|moment|minute)|for now|brb|shortly|at the moment|currently|in parallel|meanwhile|"
    r"in the meantime)\b"
)
# "Aiming to add", "Decided to keep", "Possible to move": no name, though it is written large.
NOT_A_NAME = re.compile(
    r"[a-z-]+(?:ing|ed|able|ible|tion|sion|ment|ness|ally|ful|ance|ence)|\w+['’](?:s|t|re|ll|d|m|ve)|aims|desire|"
    r"goals?|plans?|hopes?|chance|agenda|"
    r"steps?|minor|major|free|down|up|both|leave|left|ask|talked|spoke|glad|keen|welcome|attempts?|effort|tend|tends|"
    r"trend|vote|call|pr|prs|step|ok"
)
