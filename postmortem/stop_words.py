"""Words of English and of every incident: sharing them makes no two incidents alike."""

_ENGLISH = """
about above after again against all also always and another any anything are around as asked at away back
because been before began begin being below best between both but by came can cannot come could day days did
does doing done down during each early either else ended enough even ever every few first for found from full
further gave get gets getting give given goes going good got had has have having her here him his hour hours
how however into its itself just keep kept know known last later least less let like likely little long longer
look looked looking looks lot made make makes making many may maybe mean might min mins minute minutes more
most much must name need needed new next not nothing now number off often old once one only onto open other
our out over own part people place put quite rather really right run running said same saw say see seeing seem
seems seen set several she should show since some somebody something soon still such sure take taken than that
the their them then there these they thing things think this those though through time times today together
told tomorrow too took try trying turn two under until upon use used using very via want was way week weeks
well went were what when where whether which while who whole why will with within without work working works
would yes yet you your yesterday
"""
_INCIDENTS = """
action alert alerts affected build built caused cause change changed changes customer customers debrief deploy
deployed deployment down due engineer error errors failed failing fails failure failures fix fixed high https
http impact incident incidents investigate investigating issue issues item items message messages monitoring
noticed oncall outage pagerduty problem problems production reported resolved responder responders restart
restarted root server servers service services slack slow status system team timeline triggered unavailable
update updated urgency user users utc www com org
"""
STOP_WORDS = frozenset((_ENGLISH + _INCIDENTS).split())
