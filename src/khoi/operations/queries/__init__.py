"""What the database is, and how the installation is doing."""
