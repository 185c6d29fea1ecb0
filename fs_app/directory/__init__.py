"""Who may register: the answers to FreeSWITCH's questions, in a process of their own.

A telephone that can't register can't ring, and FreeSWITCH holds a SIP thread for each unanswered question. So the
answers come from a snapshot on disk by a process that knows nothing else: it goes on when the program is frozen, dead
or being replaced. It imports no other part of the program.
"""
