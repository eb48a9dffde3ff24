"""Leads for programs. Lists are read here; what follows from a write crosses rooms and stands in lifecycle.api."""

from ninja import Router

router = Router(tags=["leads"])
