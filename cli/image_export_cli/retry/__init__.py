"""`image-export retry`: exports that failed or were cancelled, and rejected events, once more."""
