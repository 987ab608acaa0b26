"""Cards: what a chat shows of one event, or of many at once, in English or Chinese. Pure."""
