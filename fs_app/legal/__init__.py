"""Who may be called by law, when, how often, with which number shown; consent, opt-out registers; and why somebody is
not called (BY-20 … BY-22, BY-30).

`rules` is the law as data (presets per country, changed per account), `verdict` decides (pure), `service` gathers the
facts.
"""
