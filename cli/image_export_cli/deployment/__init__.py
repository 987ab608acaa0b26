"""What is deployed, as s.yaml, policy.yaml and the settings say it. Shared by the verbs."""
