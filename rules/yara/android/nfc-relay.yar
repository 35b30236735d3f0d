// Cards that are read on one phone and played on another one at a terminal.

rule Dex_Relays_Cards : attack_t1638
{
    meta:
        id = "e08cf050-c5db-5bf5-b74b-382757c99c28"
        title = "An app can read a card and play one, over the network"
        description = "The code talks to cards as a reader, answers readers as a card, and has a connection to others. Thieves relay the card of a victim to a cash machine in this way."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "dex"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Tools of researchers; Apps that accept and make payments as well"
        reference = "https://developer.android.com/develop/connectivity/nfc/hce"
        reference = "https://www.welivesecurity.com/en/eset-research/ngate-android-malware-relays-nfc-traffic-to-steal-cash/"
        reference = "https://attack.mitre.org/techniques/T1638/"
    strings:
        $card1 = "\x2bLandroid/nfc/cardemulation/HostApduService;\x00"
        $card2 = "\x12processCommandApdu\x00"
        $reader1 = "\x19Landroid/nfc/tech/IsoDep;\x00"
        $reader2 = "\x0atransceive\x00"
        $reader3 = "\x10enableReaderMode\x00"
        $net1 = "\x11Ljava/net/Socket;\x00"
        $net2 = "\x13Lokhttp3/WebSocket;\x00"
        $net3 = "\x2bLorg/java_websocket/client/WebSocketClient;\x00"
        $net4 = "\x19Ljavax/net/ssl/SSLSocket;\x00"
    condition:
        uint32be(0) == 0x6465780a and all of ($card*) and all of ($reader*) and any of ($net*)
}

rule Dex_Contains_Nfcgate : attack_t1638
{
    meta:
        id = "4dd522fd-e1dc-5389-a292-1ae9dd9167a2"
        title = "An app contains NFCGate"
        description = "NFCGate is the tool of a university for relaying and recording cards; thieves have built it into their apps."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "dex"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Researchers who use the tool itself"
        reference = "https://github.com/nfcgate/nfcgate"
        reference = "https://www.welivesecurity.com/en/eset-research/ngate-android-malware-relays-nfc-traffic-to-steal-cash/"
    strings:
        $package = "Lde/tu_darmstadt/seemoo/nfcgate/"
    condition:
        uint32be(0) == 0x6465780a and $package
}
