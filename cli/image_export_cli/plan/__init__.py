"""The verb `plan`: what a night would do."""
