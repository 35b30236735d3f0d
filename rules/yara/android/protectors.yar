// Services that hide the code of an app from readers and copiers. Shops and banks use them, and so
// do those with something to hide: by itself that says nothing. What is told is that the rules for
// code saw only the shell. Each is known by the name of its library in the package, by the class
// that starts in place of the app's own, or by the file that holds the hidden code.
// A pattern that begins with PK is an entry of the list at the end of a ZIP, then its name.

rule Protector_360_Jiagu : attack_t1406_002
{
    meta:
        id = "e2ec5e3e-72dd-5a8e-8dda-c5e36eae5f0c"
        title = "The code of an app is hidden by 360 Jiagu"
        description = "The package carries the shell of 360 Jiagu. The code that the app really runs is encrypted until then, so what was looked for in its code may be missed."
        status = "test"
        level = "informational"
        class = "posture"
        confidence = "medium"
        platform = "android"
        filetype = "zip,dex,axml"
        advice = "review_app"
        falsepositives = "Shops, banks and games protect their apps in this way"
        reference = "https://github.com/msyzzz/PkDroid"
        reference = "https://attack.mitre.org/techniques/T1406/002/"
    strings:
        $library1 = /PK\x01\x02.{42}(lib\/[a-z0-9_-]{3,11}|assets)\/libjiagu(_[a-z0-9]{1,6})?\.so(PK|UT|ux|[^!-~])/s
        $code1 = "Lcom/stub/StubApp;"
        $start1 = "com.stub.StubApp" ascii wide
        $code2 = "Lcom/qihoo/util/StubApp;"
        $start2 = "com.qihoo.util.StubApp" ascii wide
    condition:
        (uint32be(0) == 0x504b0304 and any of ($library*))
        or (uint32be(0) == 0x6465780a and any of ($code*))
        or ((uint32(0) == 0x00080003 or uint32(0) == 0x00080000) and any of ($start*))
}

rule Protector_Bangcle : attack_t1406_002
{
    meta:
        id = "91aa1cc2-6a7f-5bfe-80da-046559b29cfc"
        title = "The code of an app is hidden by Bangcle (SecNeo)"
        description = "The package carries the shell of Bangcle (SecNeo). The code that the app really runs is encrypted until then, so what was looked for in its code may be missed."
        status = "test"
        level = "informational"
        class = "posture"
        confidence = "medium"
        platform = "android"
        filetype = "zip,dex,axml"
        advice = "review_app"
        falsepositives = "Shops, banks and games protect their apps in this way"
        reference = "https://github.com/msyzzz/PkDroid"
        reference = "https://attack.mitre.org/techniques/T1406/002/"
    strings:
        $library1 = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/libDexHelper(-x86)?\.so(PK|UT|ux|[^!-~])/s
        $library2 = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/libSecShell\.so(PK|UT|ux|[^!-~])/s
        $library3 = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/libsecexe\.so(PK|UT|ux|[^!-~])/s
        $code1 = "Lcom/secneo/apkwrapper/ApplicationWrapper;"
        $start1 = "com.secneo.apkwrapper.ApplicationWrapper" ascii wide
        $code2 = "Lcom/SecShell/SecShell/ApplicationWrapper;"
        $start2 = "com.SecShell.SecShell.ApplicationWrapper" ascii wide
        $code3 = "Lcom/secneo/apkwrapper/AW;"
        $start3 = "com.secneo.apkwrapper.AW" ascii wide
    condition:
        (uint32be(0) == 0x504b0304 and any of ($library*))
        or (uint32be(0) == 0x6465780a and any of ($code*))
        or ((uint32(0) == 0x00080003 or uint32(0) == 0x00080000) and any of ($start*))
}

rule Protector_Ijiami : attack_t1406_002
{
    meta:
        id = "d25313d4-183a-5f6e-bcba-b3c7fc30169e"
        title = "The code of an app is hidden by Ijiami"
        description = "The package carries the shell of Ijiami. The code that the app really runs is encrypted until then, so what was looked for in its code may be missed."
        status = "experimental"
        level = "informational"
        class = "posture"
        confidence = "medium"
        platform = "android"
        filetype = "zip,dex,axml"
        advice = "review_app"
        falsepositives = "Shops, banks and games protect their apps in this way"
        reference = "https://github.com/msyzzz/PkDroid"
        reference = "https://attack.mitre.org/techniques/T1406/002/"
    strings:
        $library1 = /PK\x01\x02.{42}(assets\/ijm_lib|lib)\/[a-z0-9_-]{3,11}\/libexec(main)?\.so(PK|UT|ux|[^!-~])/s
        $hidden1 = /PK\x01\x02.{42}assets\/ijiami\.(dat|ajm)(PK|UT|ux|[^!-~])/s
        $code1 = "Lcom/shell/SuperApplication;"
        $start1 = "com.shell.SuperApplication" ascii wide
        $code2 = "Ls/h/e/l/l/S;"
        $start2 = "s.h.e.l.l.S" ascii wide
    condition:
        (uint32be(0) == 0x504b0304 and any of ($library*, $hidden*))
        or (uint32be(0) == 0x6465780a and any of ($code*))
        or ((uint32(0) == 0x00080003 or uint32(0) == 0x00080000) and any of ($start*))
}

rule Protector_Tencent_Legu : attack_t1406_002
{
    meta:
        id = "9e2182e1-fedc-5f12-a951-a5da6630c3e5"
        title = "The code of an app is hidden by Tencent Legu"
        description = "The package carries the shell of Tencent Legu. The code that the app really runs is encrypted until then, so what was looked for in its code may be missed."
        status = "test"
        level = "informational"
        class = "posture"
        confidence = "medium"
        platform = "android"
        filetype = "zip,dex,axml"
        advice = "review_app"
        falsepositives = "Shops, banks and games protect their apps in this way"
        reference = "https://github.com/msyzzz/PkDroid"
        reference = "https://attack.mitre.org/techniques/T1406/002/"
    strings:
        $library1 = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/libshell(a|x)-[0-9.]{3,12}\.so(PK|UT|ux|[^!-~])/s
        $library2 = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/libshell-super\.[0-9]{4}\.so(PK|UT|ux|[^!-~])/s
        $code1 = "Lcom/tencent/StubShell/TxAppEntry;"
        $start1 = "com.tencent.StubShell.TxAppEntry" ascii wide
        $code2 = "Lcom/wrapper/proxyapplication/WrapperProxyApplication;"
        $start2 = "com.wrapper.proxyapplication.WrapperProxyApplication" ascii wide
    condition:
        (uint32be(0) == 0x504b0304 and any of ($library*))
        or (uint32be(0) == 0x6465780a and any of ($code*))
        or ((uint32(0) == 0x00080003 or uint32(0) == 0x00080000) and any of ($start*))
}

rule Protector_Baidu : attack_t1406_002
{
    meta:
        id = "4a32750a-76de-513b-85ed-044da79e2508"
        title = "The code of an app is hidden by Baidu"
        description = "The package carries the shell of Baidu. The code that the app really runs is encrypted until then, so what was looked for in its code may be missed."
        status = "test"
        level = "informational"
        class = "posture"
        confidence = "medium"
        platform = "android"
        filetype = "zip,dex,axml"
        advice = "review_app"
        falsepositives = "Shops, banks and games protect their apps in this way"
        reference = "https://github.com/msyzzz/PkDroid"
        reference = "https://attack.mitre.org/techniques/T1406/002/"
    strings:
        $library1 = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/libbaiduprotect\.so(PK|UT|ux|[^!-~])/s
        $hidden1 = /PK\x01\x02.{42}assets\/baiduprotect[0-9]{0,2}\.jar(PK|UT|ux|[^!-~])/s
        $code1 = "Lcom/baidu/protect/StubApplication;"
        $start1 = "com.baidu.protect.StubApplication" ascii wide
    condition:
        (uint32be(0) == 0x504b0304 and any of ($library*, $hidden*))
        or (uint32be(0) == 0x6465780a and any of ($code*))
        or ((uint32(0) == 0x00080003 or uint32(0) == 0x00080000) and any of ($start*))
}

rule Protector_Netease_Yidun : attack_t1406_002
{
    meta:
        id = "b580773a-31aa-53a2-94bf-ba1fd259ead5"
        title = "The code of an app is hidden by NetEase Yidun"
        description = "The package carries the shell of NetEase Yidun. The code that the app really runs is encrypted until then, so what was looked for in its code may be missed."
        status = "test"
        level = "informational"
        class = "posture"
        confidence = "medium"
        platform = "android"
        filetype = "zip,dex,axml"
        advice = "review_app"
        falsepositives = "Shops, banks and games protect their apps in this way"
        reference = "https://github.com/msyzzz/PkDroid"
        reference = "https://attack.mitre.org/techniques/T1406/002/"
    strings:
        $library1 = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/libnesec\.so(PK|UT|ux|[^!-~])/s
        $code1 = "Lcom/netease/nis/wrapper/MyApplication;"
        $start1 = "com.netease.nis.wrapper.MyApplication" ascii wide
        $code2 = "Lcom/netease/nis/wrapper/Entry;"
        $start2 = "com.netease.nis.wrapper.Entry" ascii wide
    condition:
        (uint32be(0) == 0x504b0304 and any of ($library*))
        or (uint32be(0) == 0x6465780a and any of ($code*))
        or ((uint32(0) == 0x00080003 or uint32(0) == 0x00080000) and any of ($start*))
}
