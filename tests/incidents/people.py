"""Acme's people, who meet again in every script."""

from tests.incidents.cast import Actor

ADA = Actor("ada", "Ada Okafor", title="Site Reliability Engineer")
BEA = Actor("bea", "Bea Lindqvist", title="Senior Engineer, Checkout")
CARL = Actor("carl", "Carl Brandt", title="Database Engineer")
DANA = Actor("dana", "Dana Whitfield", timezone="Europe/London", title="Engineering Manager, Payments")
EMIL = Actor("emil", "Emil Sørensen", title="Engineer, Checkout")
FARAH = Actor("farah", "Farah Haddad", timezone="Europe/London", title="Support Lead", in_pagerduty=False)
GUS = Actor("gus", "Gus Ferreira", timezone="America/New_York", title="Contractor", in_jira=False)
HANA = Actor("hana", "Hana Kimura", title="Network Engineer")
IVO = Actor("ivo", "Ivo Petrov", title="Platform Engineer")
JUNE = Actor("june", "June Castellano", timezone="America/New_York", title="Incident Commander")
KOFI = Actor("kofi", "Kofi Mensah", timezone="Europe/London", title="Engineer, Search")
LENA = Actor("lena", "Lena Vogt", title="Engineer, Platform")
DEPLOYBOT = Actor("deploybot", "Deploybot", timezone="UTC", title="", in_pagerduty=False, in_jira=False, is_bot=True)

EVERYONE = (ADA, BEA, CARL, DANA, EMIL, FARAH, GUS, HANA, IVO, JUNE, KOFI, LENA)
