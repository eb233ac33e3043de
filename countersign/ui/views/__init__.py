"""Pages that belong to no feature: health, theme, language, gallery."""
