"""The families of files that are fuzzed. A family is a module with

`KINDS`: classes that make an input, by kind: `change(random)`, and `write(folder, random)` -> path;
`OPENED`: the kinds of file, of `file_kinds.kind.OPENED`, that it tries;
`SHARES`: how often each kind is tried;
`FOLLOWED`: one input in so many is followed line by line, to see what it reaches;
`read(path, whole)`: what a user's command does with the file; whatever it returns is judged;
`judged(path, found)`: the `Outcome` of what was read, held against a reference;
`caught_by_probe(path)`: whether a process of its own reads such a file first, and refuses this one.
"""

from . import keras_files, onnx_files, pytorch_files

FAMILIES = {"keras": keras_files, "onnx": onnx_files, "pytorch": pytorch_files}
