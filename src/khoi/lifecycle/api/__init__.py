"""Leads for programs: bring one in, read it with its reasons, change it, hand it on, convert it."""

from ninja import Router

from khoi.lifecycle.api.handing import router as handing
from khoi.lifecycle.api.writing import router as writing

router = Router()
router.add_router("", writing)
router.add_router("", handing)
