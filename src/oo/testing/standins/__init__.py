"""Stand-ins for other people's servers: real HTTP on a port of this machine, with switches for what can go wrong."""
