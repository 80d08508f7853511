"""The parts of the page: its prose, its head, its tiles, its picture and its log, and the files it is made with."""
