"""`image-export token`: named tokens of HTTP, made, listed and revoked."""
