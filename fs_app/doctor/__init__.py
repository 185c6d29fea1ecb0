"""What is wrong with this installation, and how to mend it: `fs-app doctor` and the status page.

It looks from outside (event socket, HTTP, files, a read-only database) into a picture, `installation.py`, and then
judges the picture with the checks of `checks/`, which ask nothing themselves. Nothing is ever changed.
"""
