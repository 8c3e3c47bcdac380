"""Rebuilding a lost store from the topics: entities, how far streams were, answers, effects.

What the topics cannot tell stays unknown:

- edits without a time of their own, and removals, of what was never told (a silent baseline);
- what is new and shows no time: it may have been there from the beginning, so it stays untold;
- what waited in the outbox: it is found again as a difference, several changes as one;
- reactions that had not ended (`tiebeam replay` finds them), and those that a person cancelled;
- requests and responses of effects, and calls that were under way: a replay looks for these first;
- what the topics hold no longer;
- what changed at a connection of which they tell nothing: its first look is a silent baseline.
"""
