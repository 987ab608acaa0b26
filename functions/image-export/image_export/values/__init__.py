"""What is talked about: frozen values that are valid once they exist. Pure: no clock, no network, no decisions."""
