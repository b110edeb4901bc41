"""Content-addressed data: outs and tracked files by the hash of their bytes, in DVC's own cache layout.

hashing    bytes -> md5
memory/    (path, stat) -> md5, so that unchanged files are not read again
tree       a file or folder -> its hash; entries, the files of one, packed; manifest, their text
dvcignore  which paths a folder's hash leaves out
objects    where an object lives and whether it can be trusted; intake, copying, durable: how one gets in
store      the room's front: hash -> object, save, has, verify
link       object -> file in the workspace: reflink, hardlink, symlink or copy; placing, many of them
checkout   make a path equal to a hash; unsaved, what that would destroy
relink     save a path and make it links to its objects
workspace  remove and unprotect paths
remotes/   data remotes: a folder, object stores, SSH, HTTP; push, pull, supply
soundness  are the objects what their names say
trouble    what the system refused, as an error with a hint
"""
