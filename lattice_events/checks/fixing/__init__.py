"""Edits of what users wrote: pure functions of a text and what shall change in it.

No file is dumped anew. A change replaces the few characters that it is about, so that every other byte stays, and
what comes out is read again: values and comments must be those of before, but for the change that was wanted.
A round trip through ruamel.yaml keeps comments, yet lists indented in two ways, or JSON, come out otherwise.
"""
