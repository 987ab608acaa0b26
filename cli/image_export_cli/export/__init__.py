"""`image-export export`: asks the deployed function for exports of images."""
