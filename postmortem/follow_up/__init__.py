"""Following action items until they are done: what is open, who is reminded, what is reported."""
