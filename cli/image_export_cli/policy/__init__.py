"""The verb `policy`: what there is to say about a policy file."""
