"""Department files become clean typed rows and quarantined rows."""
