"""Who signed a call: a module for each way of signing, and what they share."""
