"""nacdesk: neoadjuvant chemotherapy response for the tumour board."""

__version__ = "0.2.0"
