"""Who is asked what a record cannot tell: roles, never names."""

COMMANDER = "incident commander"
SERVICE_OWNER = "service owner"
RESPONDERS = "responders"
RESOLVER = "responder who resolved it"
EVERYONE = "everyone who took part"
