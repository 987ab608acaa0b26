"""Unpacks exported disks into objects that can be imported, by streaming."""
