"""Open sets, a folder each: a manifest and one module; the loader is `oo.kernel.plugins`."""
