"""Thin database backends that know which act is open and keep the recording triggers through every migration.

The room that owns the triggers is named by the setting ``KHOI_RECORDER`` (a module with
``drop(connection)`` and ``install(connection)``), so this package stays below it.
"""
