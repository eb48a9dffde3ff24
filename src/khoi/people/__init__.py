"""Person: one row per human, ways to reach them, consent."""
