"""One function a rule, one module a feed."""
