"""From what there is to say to one message."""
