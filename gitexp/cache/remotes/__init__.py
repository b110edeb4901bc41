"""Data remotes: a folder, an object store, SSH, HTTP; objects sent there and fetched from there, checked.

remote       open one by its settings; push and pull objects, transfer: many at once, tried again
store        what each kind can do: folder, object_store, sftp, http_server
landing      objects that arrive: staged, made durable, named
supply       a store behind which stands a remote: what is not here comes when it is needed
"""
