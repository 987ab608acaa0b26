"""The ledger: facts in OSS, and exports made of facts."""
