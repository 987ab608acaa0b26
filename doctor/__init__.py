"""Looks at a deployment with the credentials of whoever deploys it, and names what is wrong. Ships with no function."""
