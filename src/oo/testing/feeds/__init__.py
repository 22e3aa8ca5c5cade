"""A stand-in for whoever publishes calendar feeds: ETag, Last-Modified, neither, redirects."""
