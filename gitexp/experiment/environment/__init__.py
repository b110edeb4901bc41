"""What runs find around them: interpreter, packages, machine; recorded once, carried along."""
