"""Tools that know nothing of tips: database, keys, events, jobs, settings, logs, HTTP, plugins, time and chance."""
