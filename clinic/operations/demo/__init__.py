"""The demo clinic: made-up people whose histories pass through the real services."""
