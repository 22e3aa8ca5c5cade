"""Says what your work clusters around at present."""
