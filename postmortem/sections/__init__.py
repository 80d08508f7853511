"""The parts of the document that are made of lines, one file each."""
