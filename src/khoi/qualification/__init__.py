"""Policy and StageChange: which step a lead has reached, and why."""
