"""`image-export layer`: builds the layer with the SDKs."""
