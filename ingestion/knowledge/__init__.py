"""Questions and answers, policies and hours in a file of the owner's become knowledge entries."""
