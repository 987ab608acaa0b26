"""What events, HTTP requests and people ask for, and what each is answered."""
