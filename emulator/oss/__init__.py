"""OSS: buckets and objects, path style."""
