"""Dates and times as people say them, in French and in simple English: « mardi en huit », « dix heures moins le quart »."""
