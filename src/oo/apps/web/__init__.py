"""The pages a person sees: sign in, connect, the tip, settings, legal; drawn on the server, complete without JavaScript."""
