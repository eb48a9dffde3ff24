"""What people may type: visitors into a form, colleagues who build one."""
