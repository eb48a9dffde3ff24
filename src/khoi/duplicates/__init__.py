"""Duplicates in bulk: everybody and every company, or a file, looked through at once for those who may be one."""
