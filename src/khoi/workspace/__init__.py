"""The workspace: its name, language, zone, currency, working hours and files."""
