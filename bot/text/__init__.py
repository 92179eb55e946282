"""Pure functions on text, and the catalogues of what citizens read."""
