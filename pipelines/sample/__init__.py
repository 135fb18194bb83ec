"""A fictional district, written as the departments would deliver it."""
