"""The records of essensys, read and written, one module for each section of the document.

Attribute names say what a field holds, aliases are the document's names: `accountname` is an
account's id in all the charges. All read fields but the id may be None.
"""
