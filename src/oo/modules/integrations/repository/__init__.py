"""Every query of integrations, by what it is about."""
