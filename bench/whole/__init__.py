"""The figures a team asks for, each beside its floor in the same run: ``make bench [N=100000]``."""
