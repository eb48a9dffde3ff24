"""A form that is answered once, however often it is sent."""

import secrets

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """``{% once %}`` inside a form of a page behind ``allowed``: a second sending gets the first answer."""
    return format_html('<input type="hidden" name="once" value="{}">', secrets.token_urlsafe(18))
