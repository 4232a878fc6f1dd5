"""What the package manager knows of packages that are not installed: asked by podsys, seldom."""
