"""What a store's own people do over HTTP: every route here needs a member and a role."""
