from django.urls import path, re_path

from khoi.pipeline.views import boards, lists, moves, opening, pages, stages

app_name = "pipeline"

urlpatterns = [
    path("pipeline/", boards.board, name="board"),
    path("pipeline/list/", lists.listing, name="list"),
    re_path(r"^pipeline/deals\.(?P<form>csv|xlsx)$", lists.export, name="export"),
    path("pipeline/new/", opening.new, name="new"),
    path("pipeline/<uuid:public_id>/", pages.deal, name="deal"),
    path("pipeline/<uuid:public_id>/edit/", pages.edit, name="edit"),
    path("pipeline/<uuid:public_id>/move/", moves.move, name="move"),
    path("settings/pipeline/", stages.listing, name="stages"),
    path("settings/pipeline/<int:stage_id>/", stages.edit, name="edit_stage"),
]
