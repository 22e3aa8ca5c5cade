"""Runs the import contracts of pyproject.toml over copies of the house, in a process of its own.

import-linter finds `oo` by the import path, so a process that has already imported the real one can't look at another.
Called as `python lint_trees.py PYPROJECT TREE…`; prints {"TREE": ["id of a broken contract", …], …} as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys

from importlinter.api import read_configuration  # configures the tool as a side effect
from importlinter.application import use_cases


def main(pyproject: str, trees: list[str]) -> None:
    """Prints which contracts each tree breaks."""
    ids = {contract["name"]: contract["id"] for contract in read_configuration(pyproject)["contracts_options"]}
    broken: dict[str, list[str]] = {}
    for tree in trees:
        sys.path.insert(0, tree)
        importlib.invalidate_caches()
        options = use_cases.read_user_options(pyproject)
        use_cases._register_contract_types(options)
        report = use_cases.create_report(options, cache_dir=None)
        broken[tree] = sorted(
            ids[contract.name] for contract, check in report.get_contracts_and_checks() if not check.kept
        )
        sys.path.remove(tree)
    sys.stdout.write("\n" + json.dumps(broken) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
