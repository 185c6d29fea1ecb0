"""FreeSWITCH's event socket: bytes, commands, events, links, and the verbs built on them."""
