"""An estimator, open: its folder checked, its weights loaded, its golden answers compared."""
