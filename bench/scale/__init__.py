"""What thousands of nodes cost on the machine podsys runs on; no node is needed."""
