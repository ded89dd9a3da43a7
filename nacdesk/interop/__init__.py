"""Files in and out: candidates with their problems by line and column. Nothing here knows the store."""
