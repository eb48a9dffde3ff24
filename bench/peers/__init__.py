"""Two published CRMs measured on the same list of leads, each by its own way in.

Each script here is run by the Python of the peer’s own environment and prints its figures as JSON. They are asked in
their own process, without a server and a network between, which is in their favour.
"""
