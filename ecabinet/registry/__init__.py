"""Units, members, bodies with terms and positions, accounts and roles."""
