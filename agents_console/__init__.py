"""The console of agents and supervisors in the browser. It will send the same commands and show the same state as `cruc`."""
