"""Who may do what in the studio."""

# Draws, deploys, tries out.
ZEICHNET = ("prozess",)
# Finds the way to what concerns them: who draws, and who approves.
SIEHT = ("prozess", "umsetzung")
