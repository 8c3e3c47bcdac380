"""The language of Tiebeam: typed events, their envelope, topics and schemas."""
