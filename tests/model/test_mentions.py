"""What personal content names is shown nowhere."""

from __future__ import annotations

from scanner.model.entities import Mention


def test_no_text_of_a_mention_holds_its_value():
    one = Mention(
        source="messages", kind="url", value="https://example.com/secret", day="2026-11-02"
    )

    assert "Mention(messages, url)" == repr(one) == str(one) == f"{one}"
    assert "[Mention(messages, url)]" == f"{[one]}"
