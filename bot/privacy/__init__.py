"""What keeps private words private: keys, audit. Uses records; the doors use it."""
