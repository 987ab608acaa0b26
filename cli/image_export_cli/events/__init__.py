"""`image-export events`: lists what failed, was rejected or not told, shows it, and has the function retry it."""
