"""Honest simulators of the systems we connect: real HTTP, real awkwardness, and a control API for tests.

A simulator is written from a system's facts alone and shares no code with the client that talks to it: a shared mistake
would agree with itself. A new simulator is one folder here with a ``simulator.py`` that exposes ``build``.
"""
