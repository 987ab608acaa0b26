"""`image-export schemas`: writes what describes the HTTP API, policy.yaml and manifests to programs."""
