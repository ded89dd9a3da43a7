"""nacdesk: neoadjuvant chemotherapy response for the tumour board."""

__version__ = "0.1.0"
