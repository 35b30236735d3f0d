"""Personal content of an iPhone, read on request: what it names is compared with indicators.

Each artifact yields `Mention`s, which are compared and dropped, and one `ContentSource`, which says
that the store was read, and of how many records. Nothing else comes out of a store: no text, no
person, no time but the day.
"""
