"""The pages a person sees: sign in, connect, tip, settings, legal; drawn on the server, complete without JavaScript."""
