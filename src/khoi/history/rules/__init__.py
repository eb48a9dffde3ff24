"""Pure parts of the history: who acts, the kinds of table, trigger texts, the chain."""
