"""`image-export restore`: makes images again of what was exported."""
