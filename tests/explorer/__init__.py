"""Every interleaving of a small call centre, taken through the real distributor.

`worlds` says who is there and how often telephony may err, `search` takes every move from every state that is new, and
`copying` makes that cheap. ``python -m tests.explorer --help`` runs it by hand; docs/proof.md has what it gave.
"""
