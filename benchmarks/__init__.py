"""What `make bench` runs: every figure beside its floor from the same run."""
