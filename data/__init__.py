"""What the service remembers: tables, repositories, migrations, search index, job queue.

Imports nothing of ours outside this package.
"""
