"""A stand-in for Google: OAuth, and Calendar v3 with sync tokens, instances, paging and watch channels."""
