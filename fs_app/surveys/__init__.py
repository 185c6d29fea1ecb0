"""What callers answer when a menu asks how they were served."""
