"""Mutation testing: breaks the program on purpose, once per mutant, and reports which breaks no test notices.

Belongs here: choosing mutants, running the tests on a throwaway copy of the repository, and the report. Does not belong
here: the operators of cosmic-ray, which make most mutants and live in an environment of their own (`ENVIRONMENT` in
`tools.mutate.run`).

`voice mutate` tests 200 mutants; it takes about an hour, so CI does not run it.
"""
