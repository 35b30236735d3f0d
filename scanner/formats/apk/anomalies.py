"""Words for how an APK departs from its formats, or reads differently in two readers.

Ordinary tools produce none of these; what they do produce, as padding for alignment, has no word.
"""

from __future__ import annotations

_ARCHIVE = {
    "archive_unreadable": "No directory of the archive can be read.",
    "archives_within": "Archives lie within each other, more deeply than is read.",
    "bytes_before_zip": "Bytes lie before the first entry of the archive.",
    "bytes_between_entries": "Bytes lie between entries that no entry accounts for.",
    "bytes_after_end": "Bytes lie behind the end of the archive.",
    "code_unreadable": "What has the name of a DEX is none that can be read.",
    "comment_size": "The archive's comment is declared longer than the file.",
    "crc_mismatch": "The checksum of an entry is not the declared one.",
    "damaged_entry": "The deflated bytes of an entry are damaged or cut.",
    "descriptor_mismatch": "What follows an entry states other sizes than the directory does.",
    "dex_prefix": "The file begins as a DEX and ends as an archive (Janus).",
    "directory_cut": "The directory of the archive ends before its last record.",
    "directory_damaged": "A record of the directory is not where the one before it ends.",
    "directory_misplaced": "The directory is not where the end of the archive says.",
    "duplicate_code": "Two entries have the same name of a DEX.",
    "duplicate_entries": "Two entries have the same name.",
    "duplicate_manifest": "Two entries have the name of the manifest.",
    "encrypted_entries": "Entries are marked as encrypted; Android does not mind.",
    "extra_field": "The extra field of an entry is longer than what holds it.",
    "file_as_folder": "An entry lies within the manifest or a DEX as if that were a folder.",
    "gap_after_directory": "Bytes lie between the directory and the end of the archive.",
    "header_mismatch": "The two headers of an entry state other sizes or another checksum.",
    "header_missing": "The directory names a place where no entry begins.",
    "hidden_entries": "The directory has more records than are declared.",
    "inflates_too_far": "An entry is too large once inflated, as that of a zip bomb.",
    "library_unreadable": "What lies where libraries do is none that can be read.",
    "lookalike_name": "A name differs from that of the manifest or a DEX in the case alone.",
    "method_mismatch": "The two headers of an entry state other methods of compression.",
    "method_unknown": "An entry has a method of compression that only Android reads, as stored.",
    "name_absolute": "The name of an entry begins at the root.",
    "name_encoding": "The name of an entry is no UTF-8.",
    "name_mismatch": "The two headers of an entry state other names.",
    "name_nul": "The name of an entry has a NUL, or is empty.",
    "name_reserved": "The name of an entry means something else to a page or to Windows.",
    "name_too_long": "The name of an entry is longer than 256 bytes.",
    "name_traversal": "The name of an entry leads out of a folder.",
    "name_twins": "Two entries have names that look the same.",
    "name_unseen": "A name has signs that nobody sees, or that steer a terminal.",
    "overlapping_entries": "Bytes belong to more than one entry.",
    "several_disks": "The archive says that it is one of several.",
    "several_ends": "The archive has more than one end.",
    "size_mismatch": "An entry has another size than the declared one.",
    "special_entry": "An entry is marked as a link or a device.",
    "too_many_entries": "The archive has more entries than are read.",
    "unlisted_entries": "Entries lie in the archive that its directory does not name.",
    "version_needed": "Entries ask for a version of the format that does not exist.",
}
_XML = {
    "xml_attributes": "The attributes of an element lie or end where no tool writes them.",
    "xml_chunk": "The binary XML has a part of unknown kind, or of a size that cannot be.",
    "xml_components": "The manifest declares thousands of components.",
    "xml_cut": "The binary XML ends before its root element does.",
    "xml_duplicate_attribute": "An element has an attribute twice.",
    "xml_header": "The header of the binary XML is not the one that tools write.",
    "xml_limit": "The binary XML is larger or deeper than is read.",
    "xml_name": "An attribute has another name than its identifier stands for.",
    "xml_namespace": "An attribute of the platform has another namespace.",
    "xml_nul": "A string of the binary XML has a NUL.",
    "xml_root": "The manifest has another root element, or several applications.",
    "xml_string_count": "The binary XML declares more strings than it holds.",
    "xml_strings": "A string of the binary XML lies elsewhere, or does not end.",
    "xml_text": "The manifest is XML as text, which no phone reads.",
    "manifest_unreadable": "The manifest cannot be read.",
}
_RESOURCES = {
    "resources_chunk": "The table of resources has a part of a size that cannot be.",
    "resources_count": "A part of the resources states more entries than it has room for.",
    "resources_loop": "A resource refers to itself.",
    "resources_string_count": "The table of resources declares more strings than it holds.",
    "resources_strings": "A string of the resources lies elsewhere, or does not end.",
    "resources_unreadable": "The table of resources cannot be read.",
}

ANOMALIES: dict[str, str] = {**_ARCHIVE, **_XML, **_RESOURCES}

# Seen where a packer or a tool with a defect made the file, too.
ODD = frozenset(
    {
        "archives_within",
        "bytes_between_entries",
        "gap_after_directory",
        "library_unreadable",
        "name_reserved",
        "name_too_long",
        "unlisted_entries",
        "xml_components",
        "xml_duplicate_attribute",
        "xml_namespace",
        "xml_nul",
    }
)
SEVERE = frozenset(ANOMALIES) - ODD  # those that make tools of analysis fail, or read another file
