from django.urls import path

from khoi.design import views

app_name = "design"

urlpatterns = [
    path("design/", views.gallery, name="gallery"),
    path("design/palette/", views.gallery_palette, name="gallery-palette"),
    path("design/dialog/", views.gallery_dialog, name="gallery-dialog"),
    path("design/move/", views.gallery_move, name="gallery-move"),
]
