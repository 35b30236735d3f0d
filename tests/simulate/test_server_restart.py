"""An adb server that ends and comes again."""

import socket

from scanner.simulate import AdbServer


def test_a_restart_keeps_port_and_key_and_no_phone(record_phone, simulate):
    phone = simulate(record_phone(), connect=False)
    with AdbServer() as server:
        port, key = server.port, server.keys.read_bytes()
        server.connect(phone.address)
        server.restart()
        assert (port, key) == (server.port, server.keys.read_bytes())
        assert server.state(phone.address) is None
        server.connect(phone.address)


def test_a_server_that_was_killed_does_not_listen():
    with AdbServer() as server:
        server.kill()
        with socket.socket() as probe:
            assert 0 != probe.connect_ex((server.host, server.port))
        server.restart()
        assert server.state("127.0.0.1:1") is None
