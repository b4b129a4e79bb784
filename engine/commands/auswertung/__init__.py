"""What evaluations do: keep traces and alignments up to date, accept deviations, take in logs and diagrams of others."""
