"""policy.yaml: reading it, and what it wants and allows. Pure."""
