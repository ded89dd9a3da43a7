"""The window. PySide6 lives here only."""
