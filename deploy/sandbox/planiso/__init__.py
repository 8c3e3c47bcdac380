"""Planiso, simulated: every operation of its document over records kept in memory."""
