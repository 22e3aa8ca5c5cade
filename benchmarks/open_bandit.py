"""Six real logs of the Open Bandit sample: our estimates beside obp's, and which log is refused."""

from __future__ import annotations

from benchmarks.report import Figure
from oo.engine.ope.audit import audit
from oo.engine.ope.estimators import dm, dr, ips, sndr, snips, switch_dr
from oo.testing.open_bandit import CAMPAIGNS, LOGGERS, log, model, present, read

# obp 0.5.5's ipw, snipw, dm, dr, sndr and tuned switch-dr, with scikit-learn's logistic regression
PEER = {
    ("all", "random"): (0.004553, 0.004776, 0.003540, 0.004838, 0.004902, 0.003262),
    ("all", "bts"): (0.002360, 0.002334, 0.005322, 0.003402, 0.003423, 0.004889),
    ("men", "random"): (0.004534, 0.004604, 0.004302, 0.004522, 0.004525, 0.004766),
    ("men", "bts"): (0.003009, 0.003189, 0.006832, 0.003354, 0.003145, 0.005670),
    ("women", "random"): (0.006813, 0.006811, 0.004737, 0.006974, 0.006973, 0.006558),
    ("women", "bts"): (0.007438, 0.002373, 0.004915, -0.003506, 0.002228, 0.004021),
}
NAMES = ("IPS", "SNIPS", "DM", "DR", "SNDR", "Switch-DR 10")
ROUNDED = 5.1e-7
DEGENERATE = "women:bts→random"


def open_bandit() -> tuple[list[Figure], str]:
    """The distance to obp's IPS and SNIPS, the logs refused, and every estimate beside its own."""
    if not present():
        return [], "Open Bandit: the sample is not here; `make open-bandit` fetches it."
    lines = [
        "## Open Bandit sample: ours (obp 0.5.5 with scikit-learn's model)",
        "",
        "| log → evaluated | its truth | ESS | top share | mean weight | " + " | ".join(NAMES) + " | audit |",
        "|---|---|---|---|---|" + "---|" * len(NAMES) + "---|",
    ]
    furthest, refused = 0.0, []
    for campaign in CAMPAIGNS:
        for logger, other in (LOGGERS, LOGGERS[::-1]):
            rows = log(logger, other, campaign, model(logger, campaign))
            found, peer = audit(rows), PEER[campaign, logger]
            ours = [estimate(rows).value for estimate in (ips, snips, dm, dr, sndr)] + [switch_dr(rows, 10).value]
            furthest = max(furthest, *(abs(a - b) for a, b in zip(ours[:2], peer[:2], strict=True)))
            refused += [f"{campaign}:{logger}→{other}"] if found.faults else []
            cells = [f"{a:.6f} ({b:.6f})" for a, b in zip(ours, peer, strict=True)]
            lines.append(
                f"| {campaign}: {logger} → {other} | {read(other, campaign).reward.mean():.4f} | {found.effective:.0f} "
                f"| {found.top_share:.1%} | {found.mean_weight:.3f} | {' | '.join(cells)} "
                f"| {'refused: ' + '; '.join(found.faults) if found.faults else 'trusted'} |"
            )
    figures = [
        Figure("Open Bandit: IPS and SNIPS against obp's", furthest, "", "equal to 6 digits", ROUNDED, "six logs"),
        Figure(
            "Open Bandit: logs judged wrongly", len(set(refused) ^ {DEGENERATE}), "", "0: one refused", 0.0,
            f"refused: {', '.join(refused)}",
        ),
    ]  # fmt: skip
    return figures, "\n".join([*lines, ""])
