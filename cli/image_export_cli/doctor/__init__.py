"""`image-export doctor`: looks at a deployment and names what is wrong, with a person's credentials."""
