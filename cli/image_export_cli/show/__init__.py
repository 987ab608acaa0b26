"""`image-export show`: all that is known of one export or one image, in plain words."""
