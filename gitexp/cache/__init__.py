"""Content-addressed data: outs and tracked files by the hash of their bytes, in DVC's own cache layout.

hashing    bytes -> md5; the directory manifest, byte for byte
memo       (path, stat) -> md5, so that unchanged files are not read again
tree       a file or folder -> its hash
dvcignore  which paths a folder's hash leaves out
store      hash -> object; puts objects in, never changes one
link       object -> file in the workspace: reflink, hardlink, symlink or copy
checkout   make a path equal to a hash; save a path and link it back
"""
