"""Files of PyTorch and safetensors, opened as data: nothing in them is imported, called or built.

`state_dict.open_state_dict` is the way in. A pickle is a program for a small machine: `pickles`
runs it over a few opcodes with `records` in place of objects, `rebuilding` makes records of tensors
out of its calls, and each form of file (`zip_form`, `legacy_form`, `safetensors_form`) says where
the bytes of a storage stand, which `stored_tensor` reads when they are asked for.
"""
