"""The cloud as whoever deploys sees it. The functions' own edges do the speaking; here is what only a doctor asks."""
