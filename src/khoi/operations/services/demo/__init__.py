"""A demo company that has lived for two years, made only by the services everybody uses."""

from khoi.operations.services.demo.filling import NotEmpty, fill_demo

__all__ = ["NotEmpty", "fill_demo"]
