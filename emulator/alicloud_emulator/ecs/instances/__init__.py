"""Instances of ECS: how they are made, live, speak and go."""
