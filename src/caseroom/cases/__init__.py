"""A case is a folder of data: load it, find it on the shelf, start a new one."""
