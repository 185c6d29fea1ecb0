"""What people see: Flask on gevent, one blueprint per screen area."""
