"""Sound and words: recognition, a voice, who speaks when. It never judges what was said, and it keeps no sound by itself."""
