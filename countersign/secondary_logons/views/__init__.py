"""The pages of the tab Secondary Logons."""
