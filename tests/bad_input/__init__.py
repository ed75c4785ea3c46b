"""Everything somebody could send that nobody should: each answered in words, nothing stored.

``rows.py`` lists the kinds of bad input and says which the product cannot meet. The tests
beside it hold one line per case; ``test_rows.py`` sees that no kind is left out.
"""
