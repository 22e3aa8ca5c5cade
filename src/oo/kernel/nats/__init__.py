"""NATS JetStream, for an instance of many processes: a copy of the log that carries events to whoever follows them.

The database is the log; everything here can be lost and is made again from it (docs/adr/0015). Nobody else imports
`nats`.
"""
