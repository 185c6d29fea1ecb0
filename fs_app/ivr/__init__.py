"""Voice menus: flows as graphs, their validation, and the engine that leads a caller through them.

Pure: no switch, no clock, no database, no web. `spec.registry()` says which kinds of nodes there are, `graph.parse`
and `validation.validate` whether a flow may be published, `engine.Engine` what happens next; `run.Run` is where a
caller is, a fold over journal data; `words` are what the engine is told and what it wants; `rehearsal` plays a flow
with a simulated caller.
"""
