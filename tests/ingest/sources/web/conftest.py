"""The web site of these tests."""

from web_site import site  # noqa: F401  a fixture
