"""The one local file: the only room that knows SQL."""
