"""What is read from Planiso and written to it, a module for each section of its document.

Read: all that a record shows anywhere, whichever operation shows it; only `no` is always there,
as the answer to a change holds what was changed. Written: `<Thing>New` is what creates a thing,
`<Thing>Change` what a change may name.

A new record must have the key by which Planiso refuses a second one (`custom_no`, `num_equip`, an
organization's `name`): without it, nothing could tell a repetition. `custom_no` may be missing or
null in the document; here it may not.
"""
