"""Tell people what happened: in the portal, by e-mail, with *This wasn't me*. It knows no feature.

A feature registers what it tells (:mod:`countersign.notices.kinds`) and calls ``tell`` from its event subscribers.
"""
