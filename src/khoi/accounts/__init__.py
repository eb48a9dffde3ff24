"""Account and Contact: organisations and the people who speak for them."""
