"""A nightly run: plan all images of all accounts and regions, record what is due."""
