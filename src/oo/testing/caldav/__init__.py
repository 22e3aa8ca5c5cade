"""A real CalDAV server for tests: Radicale, with switches for what it never does, and Nextcloud's way to let oO in."""
