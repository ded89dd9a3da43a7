"""What nacdesk costs beside the same work with nothing in between, and beside a peer: `python -m tests.bench`."""
