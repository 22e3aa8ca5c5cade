"""Reaching a person: notifications of this device, and answers from where a message was shown."""
