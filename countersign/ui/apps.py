from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "countersign.ui"
    label = "ui"

    def ready(self) -> None:
        """Compile translations that changed, and have the settings of the shell checked."""
        from countersign.ui import catalogue, checks  # noqa: F401 - importing registers the checks

        catalogue.compile_changed()
