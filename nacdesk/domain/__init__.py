"""Facts and judgements: the standard library only, no I/O, no clock, no globals that change."""
