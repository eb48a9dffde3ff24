"""The doors in for programs: public forms, and files."""

from ninja import Router

from khoi.capture.api.forms import router as forms
from khoi.capture.api.imports import router as imports

router = Router()
router.add_router("", forms)
router.add_router("", imports)
