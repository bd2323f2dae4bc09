"""The launcher of `manage.py up`: web server and worker, as one process tree that starts and ends together."""
