"""`image-export cancel`: calls exports off."""
