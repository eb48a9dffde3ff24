"""The stages of the pipelines, by what files call them."""

from collections.abc import Iterable, Sequence
from typing import Final

from khoi.capture.rules.importing import code_for, plain
from khoi.kit.db.asking import every
from khoi.pipeline.models import Pipeline, PipelineStage, StageKind

#: How systems call the two ends, as ``plain`` has them.
WON: Final = frozenset(
    {"won", "closed won", "closedwon", "chot", "thang", "dat", "thanh cong", "da chot", "dong thanh cong"}
)
LOST: Final = frozenset({"lost", "closed lost", "closedlost", "mat", "thua", "that bai", "dong that bai"})
#: What a stage we know nothing of counts for in forecasts, in percent.
UNKNOWN_ODDS: Final = 20
KINDS: Final = (StageKind.OPEN, StageKind.WON, StageKind.LOST)


class Stages:
    """Read once per import. The first pipeline is the one deals go to unless a stage of another is named."""

    def __init__(self) -> None:
        self.pipeline: Pipeline | None = None
        #: Stages the import had to make, as the file calls them.
        self.made: list[str] = []
        self._read()

    def _read(self) -> None:
        self.all = sorted(every(PipelineStage), key=lambda stage: (stage.pipeline_id, stage.position))
        if self.pipeline is not None:
            self.all = [stage for stage in self.all if stage.pipeline_id == self.pipeline.pk]
        self.by_name: dict[str, PipelineStage] = {}
        for stage in reversed(self.all):
            self.by_name |= {plain(name): stage for name in _called(stage)}

    def settle(self, names: Sequence[str], *, pipeline: str) -> None:
        """All of these stages are to be found from now on. Those of a system that has others than we do keep them, in
        a pipeline called like the system, so that its deals stand on one board."""
        there = Pipeline.objects.filter(name=pipeline).order_by("id").first()
        unknown = [name for name in names if self._known(name) is None]
        if there is None and not unknown:
            return
        ours = self.all
        self.pipeline = there or self._add_pipeline(pipeline)
        self._read()
        missing = list({plain(name): name for name in names if self._known(name) is None}.values())
        self._add_stages(missing, ours)

    def _known(self, name: str) -> PipelineStage | None:
        if (stage := self.by_name.get(plain(name))) is not None:
            return stage
        end = StageKind.WON if plain(name) in WON else StageKind.LOST if plain(name) in LOST else None
        return self._of_kind(end) if end else None

    def _add_pipeline(self, name: str) -> Pipeline:
        code = code_for(name, Pipeline.objects.values_list("code", flat=True), empty="imported")[:40]
        return Pipeline.objects.create(code=code, name=name)

    def _add_stages(self, names: Iterable[str], ours: Sequence[PipelineStage]) -> None:
        """Open ones in our order where we have them, else as they come; then the two ends."""
        assert self.pipeline is not None  # noqa: S101 - settle has made it
        known = {
            plain(name): stage for stage in reversed(ours) for name in (stage.name_vi, stage.name, stage.code) if name
        }
        position = max((stage.position for stage in self.all), default=0)
        codes = {stage.code for stage in self.all}
        opened = [name for name in names if plain(name) not in WON | LOST and not _ends(known.get(plain(name)))]
        ends = [name for name in names if name not in opened]
        opened.sort(key=lambda name: known[plain(name)].position if plain(name) in known else len(known))
        wanted = [(name, StageKind.OPEN) for name in opened]
        wanted += [(name, StageKind.WON if _wins(name, known) else StageKind.LOST) for name in ends]
        for kind, name in ((StageKind.WON, "Won"), (StageKind.LOST, "Lost")):
            if self._of_kind(kind) is None and all(each != kind for _, each in wanted):
                wanted.append((name, kind))
        for name, kind in sorted(
            wanted, key=lambda pair: [StageKind.OPEN, StageKind.WON, StageKind.LOST].index(pair[1])
        ):
            position += 1
            code = code_for(name, codes, empty="stage")[:40]
            codes.add(code)
            like = known.get(plain(name))
            odds = like.probability if like else {"won": 100, "lost": 0}.get(kind, UNKNOWN_ODDS)
            forecast = like.forecast_category if like else {"won": "closed", "lost": "omitted"}.get(kind, "pipeline")
            PipelineStage.objects.create(
                pipeline=self.pipeline,
                code=code,
                name=(like.name if like else name)[:120],
                name_vi=like.name_vi if like else "",
                position=position,
                probability=odds,
                kind=kind,
                forecast_category=forecast,
            )
            if like is None and kind == StageKind.OPEN:
                self.made.append(name)
        self._read()

    def target(self, name: str, end: str | None) -> PipelineStage | None:
        """The stage the file means: the end it states (``won``, ``lost``), else the one it names, else the first.
        None when it names one there is not."""
        if end is not None:
            return self._of_kind(end)
        return self._known(name) if name else self._of_kind(StageKind.OPEN)

    def within(self, pipeline: int, name: str) -> PipelineStage | None:
        """The stage of that name in the deal's own pipeline."""
        called = plain(name)
        mine = (stage for stage in self.all if stage.pipeline_id == pipeline)
        return next((stage for stage in mine if called in map(plain, _called(stage))), None) if called else None

    def first(self, stage: PipelineStage) -> PipelineStage:
        """The first open stage of that stage's pipeline; the stage itself where there is none."""
        mine = [each for each in self.all if each.pipeline_id == stage.pipeline_id and each.kind == StageKind.OPEN]
        return mine[0] if mine else stage

    def _of_kind(self, kind: str) -> PipelineStage | None:
        return next((stage for stage in self.all if stage.kind == kind), None)


def _called(stage: PipelineStage) -> list[str]:
    return [name for name in (stage.name_vi, stage.name, stage.code) if name]


def _ends(stage: PipelineStage | None) -> bool:
    return stage is not None and stage.kind != StageKind.OPEN


def _wins(name: str, known: dict[str, PipelineStage]) -> bool:
    stage = known.get(plain(name))
    return plain(name) in WON if stage is None else stage.kind == StageKind.WON
