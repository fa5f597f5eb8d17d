"""The room in the browser: pages rendered on the server, a few small scripts, and the JSON API that both use."""
