"""The ML wing: pipelines and experiments stand on serving, serving on features and registry."""
