from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "khoi.accounts"
    label = "accounts"
