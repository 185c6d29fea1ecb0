"""When a centre is open: weekly schedules, holidays, and the decision of the moment."""
