"""What both ends of a disk file say: one module per format, each a pure check over a `StoredObject`.

A module's `disk_bytes` gives the size of the disk that the file says it holds, or raises DamageError. What lies between
the ends is not read, so damage there is not seen; each module says what a cut-off tail can hide. Writes no format.
"""
