"""A portfolio as its pages share it: who may work on it, its tabs, what a change would do."""
