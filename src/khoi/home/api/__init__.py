"""Lists, records and search for programs."""

from ninja import Router

from khoi.home.api import deleting, leads
from khoi.home.api.accounts import router as accounts
from khoi.home.api.duplicates import router as duplicates
from khoi.home.api.people import router as people
from khoi.home.api.searching import router as searching

__all__ = ["deleting", "leads", "router"]

router = Router()
router.add_router("", people)
router.add_router("", duplicates)
router.add_router("", accounts)
router.add_router("", searching)
