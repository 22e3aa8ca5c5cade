"""What the clock says to do, once in the whole house however many processes it has (docs/adr/0016).

A room states a `Job`, or `Work` for many people. One process leads (`lease`), plans ticks and their shards as rows
(`planner`, `runs`), and sends keys of runs to whoever does them (`running`), here or over NATS.
"""

from oo.kernel.jobs.beats import JobHealth
from oo.kernel.jobs.house import Jobs
from oo.kernel.jobs.job import Job, Shard, Tick, Work
from oo.kernel.jobs.lease import Lease
from oo.kernel.jobs.running import Carrier, Running
from oo.kernel.jobs.runs import Key

__all__ = ["Carrier", "Job", "JobHealth", "Jobs", "Key", "Lease", "Running", "Shard", "Tick", "Work"]
