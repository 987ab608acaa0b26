"""`image-export policies`: the minimal RAM policies of a deployment."""
