"""Web push: to browsers and installed apps, through the push service that each browser brings."""
