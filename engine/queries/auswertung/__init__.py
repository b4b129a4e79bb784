"""What evaluations see: figures about many cases, never below the threshold, and single cases only by permission."""
