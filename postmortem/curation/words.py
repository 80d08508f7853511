"""The words by which people speak of an incident, and by which they chat: general English, one group a cue (`cues.py`).

A group is lower-case words with spaces between them; "_" joins the two words of a phrase. Verbs are given once:
`_forms` makes "restarts", "restarted" and "restarting" of "restart", never the bare word, for "restart it" is advice
and not something that was done.
"""

_VOWELS = "aeiou"


def _forms(verbs: str) -> str:
    """The forms in -s, -ed and -ing; a "+" after a verb doubles its last letter (stop+: stopped)."""
    return " ".join(form for verb in verbs.split() for form in _inflected(verb))


def _inflected(verb: str) -> tuple[str, str, str]:
    if verb.endswith("+"):
        stem = verb[:-1]
        return f"{stem}s", f"{stem}{stem[-1]}ed", f"{stem}{stem[-1]}ing"
    if verb.endswith("e"):
        return f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"
    plural = f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z")) else f"{verb}s"
    return plural, f"{verb}ed", f"{verb}ing"


PLAINLY_WRONG = """
outage outages unreachable unresponsive unavailable unavailability inaccessible unhealthy degraded degradation
crashed crashing crashlooping overloaded exhausted saturated timeouts timed_out timing_out flapping deadlocked
oomkilled downtime brownout disrupted disruption is_down are_down was_down were_down still_down went_down goes_down
going_down gone_down hard_down not_responding stopped_responding ran_out packet_loss bad_gateway failing 5xx
"""
PLAINLY_RECOVERED = """
resolved resolves recovered recovering recovers recovery restored mitigated back_up back_online back_to is_back
are_back came_back we're_back comes_back coming_back all_clear working_again works_again work_again available_again
caught_up is_up are_up went_away gone_away subsided operational healthy
"""
WRONG = """
down wrong error errors erroring exception exceptions fatal fatals fail fails failed failure failures broken breaks
broke crash crashes crashloop crashlooped timeout times_out latency latencies slow slowness slower sluggish spike
spikes spiked spiking stuck hung hanging hangs saturation exhaustion overload overloading overwhelmed throttled
throttling starved starvation lost losing loss lag lagging lags backlog backing_up corrupt corrupted corruption
expired expires empty full flap flaps panic panics panicked deadlock deadlocks oom segfault segfaults refused
refusing rejected rejecting rejects denied missing stale incorrect impact impacts impacted affected affecting died
dead dying faulty offline interruption dropped delay delays delayed elevated unable unexpected unusual unusually
exceeded exceeding exceeds bottleneck contention leak leaks leaking alarm alarms intermittent intermittently
blocked piling_up queued regressed misbehaving insufficient cascading rate_limited rate_limiting not_working
stopped_working not_able seconds_behind minutes_behind running_out runs_out out_of not_reachable not_available
too_many went_wrong cannot_reach cannot_connect can't_reach could_not
"""
RECOVERED = """
stable stabilised stabilized stabilising stabilizing passing cleared clears succeeded succeeds successfully
successful normal green reachable subsiding mitigation repaired fixed fixes fix catching_up catches_up is_ready
are_ready back_on in_rotation no_longer no_more now_working works_now up_and all_good no_errors no_alerts flowing
looks_good looks_clean looks_healthy looks_normal completed completes complete finished finishes done ended ends
improved improving improves improvement normalised normalized dropping online baseline reopened
"""
CAME_OF_IT = """
no_change no_effect unchanged partially still_seeing still_failing still_broken didn't_help not_help
"""
DONE = (
    _forms(
        """
    restart reboot cancel abort resume revert redeploy deploy scale merge push upgrade downgrade disable enable
    delete remove drain patch mitigate block unblock increase raise decrease reduce lower switch apply purge kill
    stop+ start boot replace provision rotate renew restore repool depool pool migrate reroute shift flush truncate
    rebuild resync sync import dump reconfigure configure update add release throttle ban+ cordon evict resize
    rerun reload reset+ escalate page bump drop+ terminate detach attach recreate create roll promote demote
    isolate bypass silence mute submit+ commit+ assign adjust correct launch trigger clean failover reopen snooze
    freeze schedule perform execute implement connect open close publish inform notify redirect replay deactivate
    activate turn declare acknowledge mark move convert retry ship+ investigate rule swap+
"""
    )
    + """
rolled_back rolling_back roll_back rollback failed_over failing_over shut_down shutting_down spun_up brought_up
brought_back took_down taken_out turned_off turned_on rebuilt hotfix hotfixed workaround changed changing ran sent
brought kicked_off ruled_out picked_up frozen froze
"""
)
REPORTED = """
report reports reported reporting alerts alerted alerting warns warned confirms confirm confirmed confirming
notices noticed noticing observes observed observing shows showing showed detects detected detecting announces
announced seeing saw sees discovered discovers investigates determined determines concludes concluded realised
realized realizes spotted receives received receiving complaining complain identifies identified identifying finds
checking checked begins began appears appeared graphs logs monitoring says said we_see we_saw growing grows climbs
climbing jumped jumps rising rises increased reproduce reproduced
"""
FOUND = """
root_cause it_was cause causes caused causing caused_by culprit suspect suspects suspected suspicion because
regression introduced introduces bug explains explained leading led resulting resulted leads results due_to
turns_out turned_out looks_like related_to misconfigured misconfiguration contributing correlates correlated
coincides hypothesis hunch unrelated not_related because_of found mistakenly accidentally inadvertently
race_condition
"""
DECIDED = """
decided decides decide decision agreed plan planned proposed we_will we'll we're_going going_to hold_off
holding_off we_decided incident_command incident_commander taking_over take_over handing_over
"""
SYSTEM = """
production prod staging cluster clusters node nodes instance instances host hosts servers service services backend
backends frontend frontends database databases db dbs replica replicas replication primary secondary standby shard
shards partition partitions queue queues worker workers job jobs pod pods container containers deployment
deployments deploys deploy balancer loadbalancer load_balancer balancers proxy proxies gateway gateways region
regions az zone zones datacenter traffic request requests response responses query queries customer customers users
clients site website websites api apis endpoint endpoints cache caches caching cdn dns probes health_check
health_checks metrics oncall on_call sre engineer engineers team teams ticket tickets rollout rollouts release
commit pr prs pull_request config configuration configs certificate certificates cert certs credentials quota
capacity threads connections connection_pool pool pools memory cpu disk disks autoscaler vms upstream downstream
tenant tenants ingress controller scheduler broker brokers consumer consumers producer masters leader election
availability throughput cron migration migrations build builds pipeline pipelines platform hub infrastructure
network subnet tunnel tunnels router routers switches packets rack storage volume volumes snapshot backups
processes schema heap support community vendor provider payments payment checkout logins login index locks writes
reads pages orders sessions transactions sockets status_page feature_flag flag canary runbook p50 p90 p95 p99 qps
rps slo error_rate incident incidents alert dashboard dashboards
"""
WHEN = """
yesterday midnight noon last_night last_week this_morning ago since hour am pm utc gmt pst cet est minutes hours
seconds shortly january february march april june july august september october november december monday tuesday
wednesday thursday friday saturday sunday
"""
OURS = "we our us we're we've ours"
ADDRESSED = "you your you're u ur you'll you'd you've yourself ya"
ADVISED = "try should use just install click type run read want if"
ASKED = """
anyone anybody any_idea any_ideas wondering how_do how_can how_to can_i can_you can_someone can_anyone could_you
could_someone is_there is_it are_you are_there do_we do_you does_it does_this did_you have_you should_i why_not
"""
COURTESY = """
thanks thank thx ty please plz pls hi hello hey guys lol sorry haha ha hah hehe heh welcome bye oh ah yeah yes nope
yep yup ok okay k hmm hm um cool nice great sure wow ouch damn ack np good_morning gotta on_it one_sec brb afk ooh
aha congrats kudos
"""
MINE = "my me myself mine"
WRITER = "i i'm i've i'd i'll im ive"
VAGUE = "it that this there's it's that's its thats there they them"
HEDGED = """
think guess perhaps maybe probably imo imho would could might wish suppose dunno idk hopefully hope prefer wonder
wouldn't ideally sounds_like feels_like would_have should_have could_have should've could've we_should we_could
we_need we_really someone_should needs_to need_to we_can we_might we_want we_have we'd shouldn't must may
"""
PAST = "went came became made gave wrote left took"
"""Past tenses that do not end in -ed."""
OPENERS = "i i've we we've i'm we're ok just now also so and still then finally"
"""What may stand before the first word that counts."""
LEADS = "ok okay yes yeah yep yup oh ah sure"
"""By which an answer begins, whatever it says."""
QUESTION_WORDS = "how what why where who whats whos what's who's where's"
COMMON = """
with from this that have been over into after before during when while than more most some many only also just very too
your their there these those which will would should could about against between under above each other such what they
them then here both same does done were here like very much less least every until upon onto
"""
"""Words of any title, which tell nothing of what it is about."""
RELEASED = "deploy deploys deployment deployments release rollout rollouts build builds pipeline migration"
"""Words of the system by which a bot announces a change."""
