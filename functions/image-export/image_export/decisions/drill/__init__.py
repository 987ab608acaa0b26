"""What a drill means: what is drilled when, its step table, its verdicts and its view. Pure."""
