"""E-mail: to an address that has said yes."""
