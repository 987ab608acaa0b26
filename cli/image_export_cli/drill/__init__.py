"""`image-export drill`: proves that exports come back, and shows what was proved."""
