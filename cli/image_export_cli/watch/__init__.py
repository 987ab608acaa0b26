"""`image-export watch`: what runs and waits, followed as it moves."""
