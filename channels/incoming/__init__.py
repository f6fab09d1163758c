"""What shoppers send: made safe, judged by code, kept once with the job it causes, its files fetched."""
