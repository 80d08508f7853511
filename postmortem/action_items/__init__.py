"""Action items: found in what people said, given an owner, a date and a backlog, and known again for ever."""
