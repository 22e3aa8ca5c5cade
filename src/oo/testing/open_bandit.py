"""The Open Bandit sample: 10,000 rows each of six real logs, to hold our estimators against known figures.

`make open-bandit` fetches the wheel of obp 0.4.1 through pip, for its data alone, and unpacks it into a cache; nothing
of it is committed, and obp itself is never installed or imported.
"""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oo.engine.ope.log import Log

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
WHEEL, SHA256 = "obp==0.4.1", "87dec9caf4283c25ab13036532e0a24566f1c7bdcad1653a8ded43b2f5ef8208"
POSITIONS, SEED, DRAWS, FOLDS, PENALTY = 3, 12345, 100_000, 3, 0.01
CAMPAIGNS = ("all", "men", "women")
LOGGERS = ("random", "bts")


def cache_folder() -> Path:
    """Where the data is or will be: OO_OPEN_BANDIT, or the user's cache."""
    given = os.environ.get("OO_OPEN_BANDIT")
    return (
        Path(given)
        if given
        else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "oo" / "open-bandit"
    )


def present() -> bool:
    """Whether the data has been fetched."""
    return (cache_folder() / "prior_bts.yaml").is_file()


def fetch() -> Path:
    """Fetch and unpack, once; raises ValueError when the wheel is not the one that is pinned."""
    folder = cache_folder()
    if present():
        return folder
    with tempfile.TemporaryDirectory() as there:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", there, WHEEL], check=True)  # noqa: S603 - own interpreter, constant words
        [wheel] = Path(there).glob("*.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
            raise ValueError(f"the wheel of {WHEEL} is not the pinned one; nothing was unpacked")
        with zipfile.ZipFile(wheel) as packed:
            inside = sorted(name for name in packed.namelist() if name.endswith((".csv", "prior_bts.yaml")))
            for name in inside:
                path = folder / Path(name).relative_to(
                    "obp/dataset/obd" if name.endswith(".csv") else "obp/policy/conf"
                )
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(packed.read(name))
    return folder


@dataclass(frozen=True, slots=True)
class Campaign:
    """One log: reward, chosen, position, propensity of shape (n,), context (n, d) and what items are (K, e)."""

    reward: Array
    chosen: Indices
    position: Indices
    propensity: Array
    context: Array
    items: Array


@cache
def read(logger: str, campaign: str) -> Campaign:
    """A log in order of time, features made as obp makes them."""
    folder = cache_folder() / logger / campaign
    with (folder / f"{campaign}.csv").open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: row["timestamp"])
    with (folder / "item_context.csv").open(encoding="utf-8", newline="") as lines:
        items = list(csv.DictReader(lines))
    flags = []
    for name in (f"user_feature_{i}" for i in range(4)):
        values = [row[name] for row in rows]
        flags += [[float(value == one) for value in values] for one in sorted(set(values))[1:]]
    codes = []
    for name in ("item_feature_1", "item_feature_2", "item_feature_3"):
        order = sorted({item[name] for item in items})
        codes.append([float(order.index(item[name])) for item in items])
    codes.append([float(item["item_feature_0"]) for item in items])
    seen = np.array([int(row["position"]) for row in rows])
    return Campaign(
        np.array([float(row["click"]) for row in rows]),
        np.array([int(row["item_id"]) for row in rows]),
        np.searchsorted(np.unique(seen), seen),
        np.array([float(row["propensity_score"]) for row in rows]),
        np.array(flags).T,
        np.array(codes).T,
    )


@cache
def target(policy: str, campaign: str) -> Array:
    """The evaluated policy's probabilities of items by position, shape (K, 3)."""
    items = len(read("random", campaign).items)
    if policy == "random":
        return np.full((items, POSITIONS), 1 / items)
    alpha, beta = _prior(campaign)
    # The legacy generator, drawn item by item as obp draws, so that the same seed gives the same probabilities.
    drawn = np.random.RandomState(SEED).beta(alpha, beta, (DRAWS, items))
    best = np.argsort(-drawn, axis=1)[:, :POSITIONS]
    return np.column_stack([np.bincount(best[:, at], minlength=items) / DRAWS for at in range(POSITIONS)])


def log(logger: str, policy: str, campaign: str, estimates: Array | None = None) -> Log:
    """The logger's rows beside the policy, each row its own person; estimates (n, K, 3) are a model's."""
    found, chances = read(logger, campaign), target(policy, campaign)
    at = np.arange(len(found.reward))
    chosen, position = found.chosen, found.position
    weights = chances[chosen, position]
    if estimates is None:
        return Log(found.reward, found.propensity, weights, at)
    here = estimates[at, :, position]
    direct = np.einsum("nk,nk->n", here, chances[:, position].T)
    return Log(found.reward, found.propensity, weights, at, direct, here[at, chosen])


def model(logger: str, campaign: str) -> Array:
    """Clicks expected of every item and position, shape (n, K, 3): logistic regression, cross-fitted as obp does it."""
    found = read(logger, campaign)
    n, items = len(found.reward), len(found.items)
    order = np.arange(n)
    np.random.RandomState(SEED).shuffle(order)  # the folds that scikit-learn's KFold makes
    estimates = np.empty((n, items, POSITIONS))
    design = np.column_stack([np.ones(n), found.context, found.items[found.chosen]])
    wide = 1 + found.context.shape[1]
    for fold in np.array_split(order, FOLDS):
        train = np.ones(n, bool)
        train[fold] = False
        for at in range(POSITIONS):
            rows = train & (found.position == at)
            weights = _logistic(design[rows], found.reward[rows])
            odds = (design[fold][:, :wide] @ weights[:wide])[:, None] + (found.items @ weights[wide:])[None]
            estimates[fold, :, at] = 1 / (1 + np.exp(-odds))
    return estimates


def _logistic(design: Array, reward: Array) -> Array:
    """Ridge logistic regression with a free constant, by damped Newton steps to the optimum."""
    penalty = np.diag([0.0, *(PENALTY for _ in range(design.shape[1] - 1))])
    weights = np.zeros(design.shape[1])
    mean = reward.mean()
    weights[0] = np.log(mean / (1 - mean))
    for _ in range(200):
        p = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (reward - p) - penalty @ weights
        step = np.linalg.solve((design * (p * (1 - p))[:, None]).T @ design + penalty, slope)
        step *= min(1.0, 5 / max(float(np.abs(step).max()), 1e-12))
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return weights


def _prior(campaign: str) -> tuple[Array, Array]:
    """The Beta parameters in the wheel's YAML: three campaigns with two lists of numbers each."""
    found: dict[str, list[float]] = {}
    where = name = ""
    for line in (cache_folder() / "prior_bts.yaml").read_text(encoding="utf-8").splitlines():
        word = line.strip()
        if word.startswith("- "):
            found.setdefault(f"{where}.{name}", []).append(float(word[2:]))
        elif not line.startswith(" "):
            where = word.rstrip(":")
        else:
            name = word.rstrip(":")
    return np.array(found[f"{campaign}.alpha"]), np.array(found[f"{campaign}.beta"])


if __name__ == "__main__":
    print(f"The Open Bandit sample is in {fetch()}.")
