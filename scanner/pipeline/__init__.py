"""From a device to a case, and from a case to a report: scan, acquire, examine."""

from scanner.pipeline.acquisition import acquire
from scanner.pipeline.again import examine, examine_recording
from scanner.pipeline.baseline import baseline_of, diff
from scanner.pipeline.compose import Examined
from scanner.pipeline.describe import describe_artifacts, dry_run
from scanner.pipeline.files import describe_case, read_report, write_new, write_report
from scanner.pipeline.knowledge import read_feeds
from scanner.pipeline.offline import unread
from scanner.pipeline.options import AdbServer, Custody, Options
from scanner.pipeline.pairing import Pairing, pair, require_iphone
from scanner.pipeline.results import Acquired, Scanned
from scanner.pipeline.scanning import scan
from scanner.pipeline.several import scan_each
from scanner.pipeline.target import as_path, devices, is_case, open_source

__all__ = [
    "Acquired",
    "AdbServer",
    "Custody",
    "Examined",
    "Options",
    "Pairing",
    "Scanned",
    "acquire",
    "as_path",
    "baseline_of",
    "describe_artifacts",
    "describe_case",
    "devices",
    "diff",
    "dry_run",
    "examine",
    "examine_recording",
    "is_case",
    "open_source",
    "pair",
    "read_feeds",
    "read_report",
    "require_iphone",
    "scan",
    "scan_each",
    "unread",
    "write_new",
    "write_report",
]
