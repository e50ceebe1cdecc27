from django.apps import AppConfig


class MeasurementsConfig(AppConfig):
    name = "portal.measurements"

    def ready(self) -> None:
        from evaluation.registry import register_answers
        from portal.jobs.registry import register_step
        from portal.measurements.actions.reproducing import settle_reproductions
        from portal.measurements.paired_jobs import register_work
        from portal.measurements.places import answers_of

        register_answers(answers_of)
        register_work()
        register_step(settle_reproductions)
