"""What-if: the production distributor on a virtual clock.

`scenario` says who calls, how patient they are and who answers; `callers` draws them; `centre` plays one stretch of days
with the real `ivr.core.acd.Acd`; `outcome` counts; `study` repeats it over processes and adds up. `written` reads a
scenario from a file, `replay` makes one from the distributor's reports, `picture` draws what came out.

Rule 1: nothing here decides. Who gets which call, who is turned away, when needs relax: all of it comes out of the same
`Acd` as on the telephone.

Rule 2: the same seed gives the same figures, with any number of processes. Days are drawn one by one, each from its own
seed, and what a caller brings (patience, handling time) is drawn with the caller: two sets of rules meet the same people.

Rule 3: a short cut changes no figure. Each is named in `centre`, and ``faithful`` plays without any.
"""
