"""What a restore means: its names, its mapping from the manifest, its step table and its view. Pure."""
