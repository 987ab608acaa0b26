"""How long a test waits for what must come. Not a claim: whoever waits so long waits for something that hangs."""

HANGS_S = 600.0
