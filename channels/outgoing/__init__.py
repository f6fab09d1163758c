"""What goes to shoppers: shaped for a channel, sent at most once, its end found out and counted."""
