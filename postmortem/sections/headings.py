"""Headings under which the lines of a section stand, for those who choose among lines by them."""

USERS, BUSINESS, DOWNTIME = "Users and customers", "Business", "Downtime"
DATA, OVER_TIME = "Data", "How bad it was over time"
TECHNICAL, PROCESS, HUMAN = "Technical", "Process", "Human and organisational"
SAFEGUARDS = "Why safeguards did not catch it"
