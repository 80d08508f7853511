"""Who is asked what a record cannot tell: roles, never names. What two sections ask, both ask in these words."""

COMMANDER = "incident commander"
SERVICE_OWNER = "service owner"
RESPONDERS = "responders"
RESOLVER = "responder who resolved it"
EVERYONE = "everyone who took part"

WHO_WAS_AFFECTED = "Which users and customers were affected, how many, and what did they notice?"
WHAT_ENDED_IT = "What ended it, and is that a permanent fix or a temporary one?"
