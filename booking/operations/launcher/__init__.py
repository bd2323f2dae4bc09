"""What `manage.py up` starts: a web server and a worker, as one process tree that lives and ends together."""
