"""A person's keys: from the environment, a profile of the vendors' own configuration, or the machine's role."""
