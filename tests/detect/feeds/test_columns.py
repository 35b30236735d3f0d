"""Tables: which columns are read, and how the values of a row belong together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanner.errors import RuleError
from scanner.model.indicators import Indicator

from .bundles import read, reasons, values

SHA256 = "0123456789abcdef" * 4
SHA1, MD5 = SHA256[:40], SHA256[:32]


@pytest.mark.parametrize(
    "text",
    [
        "type,value\ndomain,c2.example.com\n",
        "# comment\n\nType;Value\r\nhostname;c2.example.com\r\n",
        "indicator\tindicator_type\nc2[.]example[.]com\tdomain\n",
        'Indicator type,Indicator,Description\nhostname,"c2.example.com","two\nlines"\n',
        "\ufeffvalue,comment\nc2.example.com,shape tells the type\n",
        "domain\nc2.example.com\nC2.EXAMPLE.COM.\n",
        "Domain,Relevant date\nc2.example.com,\n,\n# comment\n",
        "ioc_type,ioc_value\ndomain,c2.example.com\n",
        "type,indicator,app\ndomain,c2.example.com,Example Spy\n",
    ],
)
def test_columns_are_known_by_their_names(tmp_path, text):
    feed = read(tmp_path, text, "feed.csv")

    assert ("csv", [("domain", "c2.example.com")]) == (feed.kind, values(feed.indicators))


def test_an_export_of_misp(tmp_path):
    feed = read(
        tmp_path,
        "uuid,event_id,category,type,value,comment,to_ids,date\n"
        'a-1,1,Network activity,domain,"c2.example.com","",1,20260102\n'
        "a-2,1,Payload delivery,md5," + MD5 + ",,0,1767398400\n"
        "a-3,1,Payload delivery,filename|md5,spy.apk|" + MD5 + ",,1,1767398400\n"
        "a-4,1,Artifacts dropped,regkey,HKLM,,1,2026-99-99\n",
        "export.csv",
    )

    assert [("a-1", "c2.example.com"), ("a-3", MD5)] == [
        (one.id, one.value) for one in feed.indicators
    ]
    assert datetime(2026, 1, 3, tzinfo=UTC) == feed.published_at
    assert [
        "regkey: no observable that is looked up",
        "to_ids is false: seen, and no indicator by itself",
    ] == reasons(feed)


def test_an_export_of_otx(tmp_path):
    feed = read(
        tmp_path,
        "Indicator type,Indicator,Description\n"
        "IPv4,45.91.0.1,\nURL,http://example.com/a,\nFileHash-SHA256," + SHA256 + ",\n"
        "FileHash-MD5," + MD5 + ",\nFilePath,/data/local/tmp/a,\nemail,a@example.com,\nCVE,x,\n",
        "otx.csv",
    )

    assert ["ip", "url", "sha256", "md5", "file_path", "email"] == [
        one.type for one in feed.indicators
    ]
    assert 1 == feed.unusable_count


def test_a_package_of_an_examined_app_counts_with_its_signer(tmp_path):
    signer = SHA1.upper()
    feed = read(
        tmp_path,
        f"SHA256,Package Name,Certificate,Version,App\n{SHA256},com.example.spy,{signer},1,Spy\n",
        "apps.csv",
    )

    assert (
        Indicator(type="sha256", value=SHA256, id=f"sha256:{SHA256}", names=("Spy",)),
        Indicator(
            type="package",
            value="com.example.spy",
            id="package:com.example.spy",
            names=("Spy",),
            also=(("certificate_sha1", SHA1),),
        ),
    ) == feed.indicators


def test_a_package_without_its_signer_does_not_count_beside_a_digest(tmp_path):
    feed = read(tmp_path, f"sha256,package\n{SHA256},com.example.spy\n", "apps.csv")

    assert [("sha256", SHA256)] == values(feed.indicators)
    assert 1 == feed.unusable_count


def test_a_package_or_a_signer_alone_counts(tmp_path):
    feed = read(tmp_path, f"package,certificate\ncom.example.spy,\n,{SHA1}\n", "apps.csv")

    assert [("package", "com.example.spy"), ("certificate_sha1", SHA1)] == values(feed.indicators)


def test_a_value_that_is_none_is_listed(tmp_path):
    feed = read(tmp_path, f"sha256,package\nnonsense,com.example.spy\n{SHA256},\n", "apps.csv")

    assert [("sha256", SHA256)] == values(feed.indicators)
    assert "line 2" == feed.unusable[0].params["object"]


def test_an_address_beside_its_domain_does_not_count(tmp_path):
    feed = read(tmp_path, "domain,ip\nc2.example.com,45.91.0.1\n,45.91.0.2\n", "servers.csv")

    assert [("domain", "c2.example.com"), ("ip", "45.91.0.2")] == values(feed.indicators)
    assert 1 == feed.unusable_count


def test_validity_confidence_and_who_may_read_it(tmp_path):
    feed = read(
        tmp_path,
        "type,value,valid_from,valid_until,confidence,tlp,malware\n"
        "domain,a.example.com,2026-01-01,2026-02-01T00:00:00Z,70,TLP:AMBER,Spy\n"
        "domain,b.example.com,,,high,white,\n"
        "domain,c.example.com,,someday,,,\n",
        "feed.csv",
    )
    first, second = feed.indicators

    assert (70, "amber", ("Spy",)) == (first.confidence, first.tlp, first.names)
    assert (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)) == (
        first.valid_from,
        first.valid_until,
    )
    assert (None, "clear") == (second.confidence, second.tlp)
    assert ["valid_from or valid_until: no date"] == reasons(feed)


def test_short_and_long_rows_are_read(tmp_path):
    feed = read(tmp_path, "value,type\na.example.com\nb.example.com,domain,x,y\n,\n", "feed.csv")

    assert ["a.example.com", "b.example.com"] == [one.value for one in feed.indicators]


@pytest.mark.parametrize(
    "text",
    [
        'type,value\ndomain,"a.example.com\ndomain,b.example.com\n',
        'type,value\ndomain,"a"b\n',
        "type,value\ndomain," + "x" * 200_000 + "\n",
    ],
)
def test_quotes_without_an_end_and_endless_values_are_refused(tmp_path, text):
    with pytest.raises(RuleError, match=r"line [1-3]: no CSV"):
        read(tmp_path, text, "feed.csv")


def test_a_table_without_known_columns_is_refused(tmp_path):
    with pytest.raises(RuleError, match="no column of a known name"):
        read(tmp_path, "a.example.com,1\n", "feed.csv", kind="csv")
