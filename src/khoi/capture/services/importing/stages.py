"""The stages of the pipelines, by what files call them."""

from khoi.capture.rules.importing import plain
from khoi.pipeline.models import PipelineStage, StageKind


class Stages:
    """Read once per file. The first pipeline is the one deals go to unless a stage of another is named."""

    def __init__(self) -> None:
        self.all = list(PipelineStage.objects.order_by("pipeline_id", "position"))
        self.by_name: dict[str, PipelineStage] = {}
        for stage in reversed(self.all):
            self.by_name |= {plain(name): stage for name in (stage.name_vi, stage.name, stage.code) if name}

    def target(self, name: str, end: str | None) -> PipelineStage | None:
        """The stage the file means: the end it states (``won``, ``lost``), else the one it names, else the first.
        None when it names one there is not."""
        if end is not None:
            return self._of_kind(end)
        return self.by_name.get(plain(name)) if name else self._of_kind(StageKind.OPEN)

    def first(self, stage: PipelineStage) -> PipelineStage:
        """The first open stage of that stage's pipeline; the stage itself where there is none."""
        mine = [each for each in self.all if each.pipeline_id == stage.pipeline_id and each.kind == StageKind.OPEN]
        return mine[0] if mine else stage

    def _of_kind(self, kind: str) -> PipelineStage | None:
        return next((stage for stage in self.all if stage.kind == kind), None)
