"""`image-export resume`: lets exports start again."""
