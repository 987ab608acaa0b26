"""`image-export pause`: lets nothing start any more."""
