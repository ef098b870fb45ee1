"""`/profile/settings`: what one decides about oneself. Source: web.md W19."""

from quadrangle.web.settings import apps, files, profile, sign_in, tokens

screens = [route for module in (profile, sign_in, tokens, apps, files) for route in module.screens]
