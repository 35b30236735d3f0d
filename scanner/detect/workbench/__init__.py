"""What a person needs who writes rules: problems, proofs, trials, near misses, queries."""

from scanner.detect.workbench.check import (
    KnownLint,
    failed_proofs,
    known_lints,
    lints_of,
    problems_of,
    unusable_of,
)
from scanner.detect.workbench.files import RuleFiles
from scanner.detect.workbench.near import Near
from scanner.detect.workbench.of_bytes import prove_file, source_of, yara_problems
from scanner.detect.workbench.prevalence import Occurrence, Prevalence, Tally
from scanner.detect.workbench.problem import Problem, of_error
from scanner.detect.workbench.query import (
    EXAMPLE,
    Answer,
    Fault,
    Found,
    Query,
    QueryError,
    ask,
    read_query,
)
from scanner.detect.workbench.rates import upper_bound
from scanner.detect.workbench.scaffold import Asked, Scaffold, place_of, sigma_rule, title_of
from scanner.detect.workbench.trial import NEAR_SHOWN, Ground, MatchedBytes, Tried, try_rules
from scanner.detect.workbench.yara_scaffold import KINDS, yara_rule

__all__ = [
    "EXAMPLE",
    "KINDS",
    "NEAR_SHOWN",
    "Answer",
    "Asked",
    "Fault",
    "Found",
    "Ground",
    "KnownLint",
    "MatchedBytes",
    "Near",
    "Occurrence",
    "Prevalence",
    "Problem",
    "Query",
    "QueryError",
    "RuleFiles",
    "Scaffold",
    "Tally",
    "Tried",
    "ask",
    "failed_proofs",
    "known_lints",
    "lints_of",
    "of_error",
    "place_of",
    "problems_of",
    "prove_file",
    "read_query",
    "sigma_rule",
    "source_of",
    "title_of",
    "try_rules",
    "unusable_of",
    "upper_bound",
    "yara_problems",
    "yara_rule",
]
