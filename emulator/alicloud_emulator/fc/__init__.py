"""Function Compute: the functions of s.yaml as processes, their triggers and queue, and services of FC 2.0."""
