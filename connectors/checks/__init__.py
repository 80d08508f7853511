"""Whether what an installation is set up with holds: its files, and each vendor, asked before an incident needs it."""
