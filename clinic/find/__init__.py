"""Suggestions under the search field of every staff page."""
