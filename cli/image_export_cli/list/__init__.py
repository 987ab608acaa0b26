"""`image-export list`: exports, newest first, read from the ledger."""
