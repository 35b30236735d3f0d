"""Where events go: lines of JSON, a command, a webhook, syslog."""

from scanner.sinks.command import Command
from scanner.sinks.delivery import Delivery, Retry, deliver
from scanner.sinks.event import document, rank
from scanner.sinks.lines import FileLines, Lines
from scanner.sinks.options import command_of, lines_of, syslog_of, webhook_of
from scanner.sinks.outbox import Bounds, MemoryOutbox, Outbox, Owed, owe
from scanner.sinks.sink import Sink, Undelivered
from scanner.sinks.syslog import Syslog
from scanner.sinks.webhook import Webhook

__all__ = [
    "Bounds",
    "Command",
    "Delivery",
    "FileLines",
    "Lines",
    "MemoryOutbox",
    "Outbox",
    "Owed",
    "Retry",
    "Sink",
    "Syslog",
    "Undelivered",
    "Webhook",
    "command_of",
    "deliver",
    "document",
    "lines_of",
    "owe",
    "rank",
    "syslog_of",
    "webhook_of",
]
