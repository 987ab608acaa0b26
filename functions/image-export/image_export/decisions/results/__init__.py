"""What is shown and told of exports and nights: answers, manifests, notifications. Pure."""
