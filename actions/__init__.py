"""The custom actions that the dialogue engine calls, one module a topic. Thin: no SQL, no rules, no sentences."""
