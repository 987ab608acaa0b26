"""The RAM rights that each role needs, and the policies that give no more. Shared by the verbs."""
