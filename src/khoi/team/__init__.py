"""Users, teams, roles, tokens, and the one gateway that says who may do what."""
