"""ECS 2014-05-26 as far as images and their export go."""
