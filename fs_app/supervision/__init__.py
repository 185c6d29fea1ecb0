"""What a supervisor sees and steers: live pictures of queues, agents and calls; forced states; listening in."""
