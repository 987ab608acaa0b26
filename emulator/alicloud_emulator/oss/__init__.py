"""OSS: buckets and objects, path style or the bucket in Host."""
