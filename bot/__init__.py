"""Interlude: guided reflection between therapy sessions, with a person told when it matters."""
