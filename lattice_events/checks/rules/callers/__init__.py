"""Who may call: permissions of functions and roles."""
