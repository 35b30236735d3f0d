// Code that hands a phone to somebody else, or takes what others show and receive on it.

rule Dex_Is_Metasploit_Payload : attack_t1407 attack_t1623
{
    meta:
        id = "a1ca56a7-d012-5efb-af2f-6d3aa2022475"
        title = "An app contains the payload of Metasploit"
        description = "The code holds the class that Metasploit puts into apps. It fetches further code from somebody's computer and runs what that computer says."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "high"
        platform = "android"
        filetype = "dex"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "A test of the phone that was agreed on"
        reference = "https://github.com/rapid7/metasploit-payloads"
        reference = "https://attack.mitre.org/techniques/T1407/"
    strings:
        $payload = "\x1eLcom/metasploit/stage/Payload;\x00"
        $start = "\x05start\x00"
    condition:
        uint32be(0) == 0x6465780a and all of them
}

rule Dex_Grants_Itself_Permissions : attack_t1453 attack_t1516 attack_t1626
{
    meta:
        id = "f4e88d10-e51a-5ad1-9ec9-7042c657b3bc"
        title = "An app can press the buttons of Android's own permission dialogs"
        description = "As a service for disabled persons, the code looks for the button that grants a permission in the dialog of Android and presses it. Trojans grant themselves all permissions in this way."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "dex"
        advice = "save_evidence_first, seek_help, do_not_confront, review_accessibility, review_app"
        falsepositives = "Programs for tests of apps; Apps that automate the phone for their owner"
        reference = "https://developer.android.com/reference/android/accessibilityservice/AccessibilityService"
        reference = "https://attack.mitre.org/techniques/T1453/"
        reference = "https://attack.mitre.org/techniques/T1516/"
    strings:
        $service = "\x33Landroid/accessibilityservice/AccessibilityService;\x00"
        $find1 = "\x22findAccessibilityNodeInfosByViewId\x00"
        $find2 = "\x20findAccessibilityNodeInfosByText\x00"
        $press = "\x0dperformAction\x00"
        $button = /com\.(google\.)?android\.(permissioncontroller|packageinstaller):id\/(permission_allow|ok_button|continue_button)/
    condition:
        uint32be(0) == 0x6465780a and $service and any of ($find*) and $press and $button
}

rule Dex_Operates_And_Shows_The_Screen : attack_t1513 attack_t1516 attack_t1453
{
    meta:
        id = "f365b7b0-2be8-5a35-b043-be22b08253d4"
        title = "An app can show the screen to others and operate it for them"
        description = "The code can record the screen, send it over the network, and make gestures and press keys as a service for disabled persons. That is remote control."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "dex"
        advice = "review_accessibility, review_app"
        falsepositives = "Apps for remote help, which the owner installed knowingly"
        reference = "https://developer.android.com/reference/android/accessibilityservice/AccessibilityService"
        reference = "https://developer.android.com/media/grow/media-projection"
        reference = "https://attack.mitre.org/techniques/T1516/"
    strings:
        $service = "\x33Landroid/accessibilityservice/AccessibilityService;\x00"
        $gesture = "\x0fdispatchGesture\x00"
        $key = "\x13performGlobalAction\x00"
        $record = "\x2aLandroid/media/projection/MediaProjection;\x00"
        $display = "\x14createVirtualDisplay\x00"
        $net1 = "\x11Ljava/net/Socket;\x00"
        $net2 = "\x13Lokhttp3/WebSocket;\x00"
        $net3 = "\x1bLorg/webrtc/PeerConnection;\x00"
    condition:
        uint32be(0) == 0x6465780a and $service and $gesture and $key and $record and $display and any of ($net*)
}

rule Dex_Covers_Apps_And_Reads_Messages : attack_t1417_002 attack_t1636_004
{
    meta:
        id = "077fb976-a3f5-5ae1-9604-337021276eed"
        title = "An app can cover other apps and read incoming messages"
        description = "The code sees which app is in front, can draw over it, and reads text messages as they come in. Trojans take the password and then the code of a bank in this way."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "dex"
        advice = "review_app"
        falsepositives = "Apps for calls and messages with a window of their own; Apps with which parents watch over children"
        reference = "https://developer.android.com/reference/android/provider/Telephony.Sms.Intents"
        reference = "https://attack.mitre.org/techniques/T1417/002/"
        reference = "https://attack.mitre.org/techniques/T1636/004/"
    strings:
        $sms1 = "\x27android.provider.Telephony.SMS_RECEIVED\x00"
        $sms2 = "\x0dcreateFromPdu\x00"
        $sms3 = "\x0egetMessageBody\x00"
        $service = "\x33Landroid/accessibilityservice/AccessibilityService;\x00"
        $draw1 = "\x07addView\x00"
        $draw2 = "\x29Landroid/view/WindowManager$LayoutParams;\x00"
        $seen = "\x14onAccessibilityEvent\x00"
        $name = "\x0egetPackageName\x00"
    condition:
        uint32be(0) == 0x6465780a and all of ($sms*) and all of ($draw*) and $service and $seen and $name
}

rule Dex_Collects_And_Hides : attack_t1628_001 attack_t1429 attack_t1430 attack_t1636
{
    meta:
        id = "ae4caf59-a243-54b0-af89-17c5f9c5d12a"
        title = "An app can collect a lot about its owner and hide its icon"
        description = "One file of code reads messages, calls and contacts, records sound and follows the place of the phone, and can take away its own icon. Programs that spy on partners are made in this way."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "dex"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Apps that back up or find a lost phone; Large apps that do many things"
        reference = "https://attack.mitre.org/techniques/T1628/001/"
        reference = "https://attack.mitre.org/techniques/T1636/"
    strings:
        $sms = "content://sms"
        $calls = "\x20Landroid/provider/CallLog$Calls;\x00"
        $contacts = "\x39Landroid/provider/ContactsContract$CommonDataKinds$Phone;\x00"
        $sound1 = "\x1dLandroid/media/MediaRecorder;\x00"
        $sound2 = "\x0esetAudioSource\x00"
        $place = "\x16requestLocationUpdates\x00"
        $hide = "\x1asetComponentEnabledSetting\x00"
        $boot = "\x24android.intent.action.BOOT_COMPLETED\x00"
    condition:
        uint32be(0) == 0x6465780a and filesize < 4MB and all of them
}
