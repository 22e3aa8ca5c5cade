"""Terms and privacy: short and true."""
