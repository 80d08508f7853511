"""Real processes, killed at random moments and started again, until so many kills were survived; then what is held is
counted. `python -m tests.simulation.kills --help`"""
