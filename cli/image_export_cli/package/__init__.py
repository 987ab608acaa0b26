"""`image-export package`: builds the zip of the functions."""
