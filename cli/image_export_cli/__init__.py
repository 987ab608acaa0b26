"""The operator's command `image-export`: a folder for each verb, and beside them what the verbs share.

No verb imports another one. Nothing here is uploaded to Function Compute.
"""
