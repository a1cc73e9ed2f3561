"""The glossary: one file per word, standard library only.

A *connection* is one credential set for one system and tenant; an *integration* is a pair of connections of a known
kind; a *flow* moves one document type in one direction inside an integration; a *run* is one execution of a flow. A
*document* is a thing in a source system, known by its source key; a *record* is one version of a document on its
journey; an *attempt* is one try at changing a target, written down before the request leaves; an *outcome* is what a
step decided. A *crosswalk* maps source codes to target codes; a *gate* is a business condition a record waits for; a
*link* says which target id a source key became, and is kept for ever.
"""
