"""Unpacking a disk while it streams: archives in, qcow2 or raw out, cut into parts. Pure."""
