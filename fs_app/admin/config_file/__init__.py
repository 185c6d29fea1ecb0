"""The whole configuration of an account as one file that people read, edit and compare (docs/config.md).

`schema` says what stands in it, `shapes` how one value is written and checked, `document` turns text into values and
back, `checks` looks at what belongs together, `reading` and `writing` are the database's side, `plan` tells what a file
would change, `service` puts them together.
"""
