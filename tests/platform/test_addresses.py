"""The refusal table, address by address."""

import pytest

from reelpress.platform.addresses import AddressRefusedError, check, refusal

INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.254 127.0.0.1 127.255.255.254
168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8
192.0.0.9 192.0.0.170 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1
192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.254 255.255.255.255 :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1
::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::a00:1 100::1
2001::1 2001:0:7f00:1:: 2001:2::1 2001:3::1 2001:10::1 2001:20::1 2001:30::1 2001:1ff:ffff::1 2001:db8::1
2002:7f00:1:: 2002:808:808::1 2620:4f:8000::1 3fff::1 3fff:fff::1 4000::1 5f00::1 8000::1 fc00::1
fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0 2606:4700::1%2 febf::1 fec0::1 ff02::1 ff0e::1
2606:4700::5efe:7f00:1 2606:4700::200:5efe:a00:1
"""

OUTSIDE = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 172.15.255.255
172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 223.255.255.255 ::ffff:8.8.8.8
2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450:4001::200e 3ffe::1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_an_address_of_the_inside_is_refused(address: str) -> None:
    assert refusal(address) is not None
    with pytest.raises(AddressRefusedError):
        check(address)


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_a_public_address_passes(address: str) -> None:
    assert refusal(address) is None
    check(address)


@pytest.mark.parametrize("text", ["", "localhost", "0x7f.1", "2130706433", "127.1", "0177.0.0.1", "1.2.3.4 "])
def test_what_is_no_canonical_address_is_refused(text: str) -> None:
    assert refusal(text) == "not an IP address that can be checked"


def test_the_reason_names_the_kind_and_its_source() -> None:
    assert refusal("10.1.2.3") == "a private address (RFC 1918)"
    assert refusal("::ffff:10.1.2.3") == "a private address (RFC 1918)"
    assert "metadata" in str(refusal("169.254.169.254"))


def test_the_exception_does_not_tell_the_address() -> None:
    with pytest.raises(AddressRefusedError) as caught:
        check("10.1.2.3")
    assert "10.1.2.3" not in str(caught.value)
