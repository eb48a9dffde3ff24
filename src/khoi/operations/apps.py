import gc

from django.apps import AppConfig

#: Python looks for garbage in circles after so many new objects. Of its own accord after 700, which is every few rows
#: of a list or a file, and made up a fifth of what an import took; what we make holds next to no circles.
NEW_OBJECTS = 50_000


class OperationsConfig(AppConfig):
    name = "khoi.operations"
    label = "operations"

    def ready(self) -> None:
        gc.set_threshold(NEW_OBJECTS, 20, 20)
