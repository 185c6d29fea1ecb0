"""`python -m fs_app.sim`: the simulated switch as a process of its own."""

from gevent import monkey

monkey.patch_all()

if __name__ == "__main__":
    from fs_app.sim.command import sim

    sim()
