"""The document in every form it is read in. The whole of it is in `Postmortem`; nothing here decides what is told."""
