"""How a stored file leaves: as a download, never as a page of ours."""

from django.http import FileResponse

from khoi.workspace import services as workspace
from khoi.workspace.models import File


def attachment(file: File) -> FileResponse:
    """The answer of a page that has asked its gateway for the record the file hangs on.

    Whatever the file claims to be, the browser saves it: an attachment, its type not guessed, and were it
    shown all the same, a sandbox without scripts.
    """
    response = FileResponse(workspace.open_file(file), as_attachment=True, filename=file.name)
    response.headers["Content-Type"] = file.media_type
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
