"""Builds what is uploaded: the layer with the SDKs, and the package with the functions. Never uploaded itself."""
