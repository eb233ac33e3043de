"""The pages of the tabs Security Groups and Customer Security."""
