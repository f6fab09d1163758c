"""What either brain may do in a turn: async functions over the workspace, one file per family.

A tool returns what it found or a Refusal (an expected no, as data); each true thing it read goes to
`workspace.facts`, each thing it did to `workspace.receipts`.
"""
