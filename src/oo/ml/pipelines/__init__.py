"""Pipelines: training tables and reports, made from everybody's past where DuckDB is installed. See README.md."""
