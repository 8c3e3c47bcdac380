"""The effects that reactions have on a provider: one module for each kind of thing made there."""
