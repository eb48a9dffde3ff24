"""The real settings, on a data folder that lasts as long as the test run.

Whatever the shell says about an installation (its data, address, mail server) must not reach a test; only
``KHOI_DATABASE_URL`` is kept, because it chooses the engine.
"""

import atexit
import os
import shutil
import tempfile

for name in [name for name in os.environ if name.startswith("KHOI_")]:
    if name != "KHOI_DATABASE_URL" and not name.startswith(("KHOI_TEST_", "KHOI_STRICT")):
        del os.environ[name]
os.environ["KHOI_DATA"] = tempfile.mkdtemp(prefix="khoi-test-")
os.environ["KHOI_SECRET_KEY"] = "a test keeps no secrets"
atexit.register(shutil.rmtree, os.environ["KHOI_DATA"], ignore_errors=True)

from khoi.settings import *  # noqa: E402, F403
from khoi.settings import DATA_DIR, DATABASES  # noqa: E402

OPTIONS = DATABASES["default"]["OPTIONS"]
# Nobody needs a test's rows after a power cut, so no commit waits for the disk.
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    OPTIONS["init_command"] += "; PRAGMA synchronous=OFF"
    # A file, not memory: tests write from several threads and from other programs.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.db")}
else:
    OPTIONS["options"] = f"{OPTIONS.get('options', '')} -c synchronous_commit=off".strip()

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Most browsers of the tests ask for pages alone, and each would read all static files anew.
WHITENOISE_AUTOREFRESH = True
