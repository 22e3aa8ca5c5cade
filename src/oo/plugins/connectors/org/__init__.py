"""Org files: headlines with a keyword, as Emacs keeps them."""
