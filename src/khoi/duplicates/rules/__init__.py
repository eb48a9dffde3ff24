"""What columns hold, how two values compare, and how many pairs are worth a look."""
