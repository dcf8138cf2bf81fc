"""A private Asterisk: get it, configure it, start it, watch it."""
