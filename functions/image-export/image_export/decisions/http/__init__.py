"""What HTTP means here: requests read, callers told apart, codes given their status, all of it described. Pure."""
