import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.studio.mlt_documents import PROFILE, clear, document, filter_, place, producer, properties, text

from reelpress.studio.scene import SceneFault, parse_scene, write_scene
from reelpress.studio.scene.model import Playlist, Producer, Scene, Where

TEMPLATES = sorted(Path("examples/templates").glob("*/*.mlt"))
HEAD = PROFILE.format(width=320, height=180, fps=25)

SHOTCUT = f"""<?xml version="1.0" standalone="no"?>
<mlt LC_NUMERIC="C" version="7.24.0" title="Sale &amp; more" producer="main_bin">
  {HEAD}
  <consumer mlt_service="avformat" target="out.mp4"><property name="vcodec">libx264</property></consumer>
  <playlist id="main_bin" title="Bin">
    <property name="shotcut:projectAudioChannels">2</property>
    <property name="xml_retain">1</property>
    <entry producer="later" in="00:00:00.000" out="00:00:01.960">
      <filter id="f"><property name="mlt_service">volume</property></filter>
    </entry>
  </playlist>
  <producer id="black" in="00:00:00.000" out="00:00:01.960">
    <property name="length">00:00:02.000</property>
    <property name="resource">0</property>
    <property name="mlt_service">color</property>
  </producer>
  <playlist id="background"><entry producer="black" in="00:00:00.000" out="00:00:01.960"/></playlist>
  <chain id="chain0" out="00:00:01.960">
    <property name="length">00:00:02.000</property>
    <property name="resource">#ff0000</property>
    <property name="mlt_service">color</property>
    <property name="shotcut:caption">Red &lt;1&gt;</property>
    <link><property name="mlt_service">timeremap</property><property name="disable">1</property></link>
    <filter id="filter0" in="00:00:00.040" out="00:00:01.000" shotcut:x="1">
      <property name="mlt_service">brightness</property>
      <property name="shotcut:filter">fadeInBrightness</property>
      <property name="level">00:00:00.000=0;00:00:00.960=1</property>
    </filter>
  </chain>
  <playlist id="playlist0" in="3">
    <property name="shotcut:video">1</property>
    <property name="shotcut:name">V1</property>
    <blank length="00:00:00.400" note="x"/>
    <entry producer="chain0" in="00:00:00.000" out="00:00:01.560" cut="1"/>
  </playlist>
  <tractor id="tractor0" title="Shotcut version 24.06.26" in="00:00:00.000" out="00:00:01.960">
    <property name="shotcut">1</property>
    <property name="shotcut:trackHeight">50</property>
    <track producer="background"/>
    <track producer="playlist0" hide="audio" mute="no"/>
    <transition id="transition0">
      <property name="a_track">0</property>
      <property name="b_track">1</property>
      <property name="mlt_service">frei0r.cairoblend</property>
      <property name="disable">1</property>
    </transition>
  </tractor>
</mlt>
"""

KDENLIVE = f"""<?xml version='1.0' encoding='utf-8'?>
<mlt LC_NUMERIC="C" producer="main_bin" root="" version="7.25.0">
 {HEAD}
 <producer id="producer0" in="0" out="49">
  <property name="length">2147483647</property>
  <property name="resource">black</property>
  <property name="mlt_service">color</property>
  <property name="kdenlive:playlistid">black_track</property>
  <property name="kdenlive:note">first line
second line</property>
 </producer>
 <tractor id="{{0a1b2c}}" in="0" out="49">
  <multitrack id="m"><property name="kept">1</property><track producer="producer0"/></multitrack>
  <property name="kdenlive:uuid">{{0a1b2c}}</property>
  <filter>
   <property name="mlt_service">volume</property>
   <property name="internal_added">237</property>
  </filter>
 </tractor>
 <playlist id="main_bin">
  <property name="kdenlive:docproperties.version">1.1</property>
  <property name="xml_retain">1</property>
  <entry producer="producer0"/>
  <entry producer="{{0a1b2c}}" in="0" out="49"/>
 </playlist>
 <tractor id="tractor5">
  <property name="kdenlive:projectTractor">1</property>
  <track producer="{{0a1b2c}}"/>
 </tractor>
</mlt>
"""

INNER = f"""<mlt>{HEAD}<playlist>
  <entry><producer in="0" out="9"><property name="mlt_service">color</property></producer></entry>
  <entry out="4"><producer id="p" out="9"><property name="mlt_service" value="color"/></producer></entry>
</playlist></mlt>"""

DOCUMENTS = {
    "shotcut": SHOTCUT.encode(),
    "kdenlive": KDENLIVE.encode(),
    "services inside entries": INNER.encode(),
    **{path.stem: path.read_bytes() for path in TEMPLATES},
}


def without_places(value: Any) -> Any:
    """The same without lines of the file; elements that had no id have one after writing."""
    if isinstance(value, Where):
        return None
    if isinstance(value, dict):
        return {key: without_places(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(without_places(item) for item in value)
    if is_dataclass(value):
        return {field.name: without_places(getattr(value, field.name)) for field in fields(value)}
    return value


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_read_and_written_and_read_is_the_same(name: str) -> None:
    scene = parse_scene(DOCUMENTS[name])
    again = parse_scene(write_scene(scene))
    assert without_places(again) == without_places(scene)
    assert list(again.services) == list(scene.services)
    assert write_scene(again) == write_scene(scene)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_property_attribute_or_element_is_lost(name: str) -> None:
    before, after = DOCUMENTS[name].decode(), write_scene(parse_scene(DOCUMENTS[name])).decode()
    for pattern in (r"<(\w+)[ />]", r'<property name="([^"]*)"', r'(title|root|note|mute|cut|LC_NUMERIC)="'):
        for found in set(re.findall(pattern, before)):
            assert found in re.findall(pattern, after)


def test_what_is_not_drawn_is_written_back() -> None:
    written = write_scene(parse_scene(SHOTCUT.encode())).decode()
    for words in (
        'title="Sale &amp; more"',
        '<entry producer="later" in="00:00:00.000" out="00:00:01.960">',
        "<consumer",
        "<chain id=",
        "timeremap",
        'shotcut:x="1"',
        "Red &lt;1&gt;",
        'colorspace="709"',
        'mute="no"',
        'note="x"',
    ):
        assert words in written


def test_the_root_is_named_where_it_is_not_the_last_service() -> None:
    scene = replace(parse_scene(SHOTCUT.encode()), root="playlist0")
    assert parse_scene(write_scene(scene)).root == "playlist0"


def test_an_edited_property_is_what_is_written() -> None:
    scene = parse_scene(document([producer("p", "color", "red", 50)], [[("p", 0, 0, 49)]], frames=50))
    clip = scene.services["p"]
    assert isinstance(clip, Producer)
    pairs = tuple((name, "a & <b>" if name == "resource" else value) for name, value in clip.properties.pairs)
    changed = replace(clip, properties=replace(clip.properties, pairs=pairs))
    written = write_scene(replace(scene, services={**scene.services, "p": changed}))
    again = parse_scene(written).services["p"]
    assert isinstance(again, Producer)
    assert again.properties.get("resource") == "a & <b>"


LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\t\n\r")
WORDS = st.text(LETTERS, max_size=12).filter(
    lambda word: all(ord(one) not in (0xFFFE, 0xFFFF) for one in word)
)
NAMES = st.from_regex(r"[a-z]{1,6}(:[a-z]{1,4})?", fullmatch=True).filter(
    lambda name: (
        name not in {"in", "out", "length", "id", "producer", "hide", "xml", "disable", "xmlns"}
        and not name.startswith("xml")
    )
)


@st.composite
def elements(draw: st.DrawFn, tag: str, children: str = "", **fixed: str) -> str:
    """An element with any further attributes and properties, and an element nobody knows."""
    more = draw(st.dictionaries(NAMES.filter(lambda name: name not in fixed), WORDS, max_size=2))
    head = "".join(f" {name}={quoteattr(value)}" for name, value in {**fixed, **more}.items())
    named = draw(st.lists(st.tuples(NAMES, WORDS), max_size=3))
    body = "".join(
        f"<property name={quoteattr(name)}>{escape(value, {chr(13): '&#13;'})}</property>"
        for name, value in named
    )
    unknown = draw(st.sampled_from(["", "<odd a='1'>text<b/> more</odd>", "<odd><b> </b></odd>"]))
    return f"<{tag}{head}>{body}{children}{unknown}</{tag}>"


@st.composite
def documents(draw: st.DrawFn) -> str:
    parts: list[str] = []
    count = draw(st.integers(1, 3))
    for index in range(count):
        service = '<property name="mlt_service">color</property>'
        effects = "".join(draw(elements("filter", service)) for _ in range(draw(st.integers(0, 2))))
        tag = draw(st.sampled_from(["producer", "chain"]))
        out = draw(st.sampled_from(["9", "00:00:00.400", "24"]))
        parts.append(draw(elements(tag, service + effects, id=f"p{index}", out=out)))
        items = draw(elements("blank", length="5")) + draw(elements("entry", producer=f"p{index}", out="5"))
        parts.append(draw(elements("playlist", items, id=f"list{index}")))
    keep = '<property name="xml_retain">1</property>'
    parts.append(draw(elements("playlist", keep + draw(elements("entry", producer="gone")), id="main_bin")))
    tracks = "".join(draw(elements("track", producer=f"list{index}")) for index in range(count))
    joined = draw(elements("transition", a_track="0", b_track="1"))
    parts.append(draw(elements("tractor", tracks + joined, id="t")))
    return draw(elements("mlt", HEAD + "".join(parts)))


@settings(max_examples=60, deadline=None)
@given(documents())
def test_any_document_read_and_written_and_read_is_the_same(text_: str) -> None:
    scene = parse_scene(text_.encode())
    again = parse_scene(write_scene(scene))
    assert without_places(again) == without_places(scene)


def test_a_link_that_is_on_is_still_refused() -> None:
    on = SHOTCUT.replace('<property name="disable">1</property></link>', "</link>")
    with pytest.raises(SceneFault, match="speed"):
        parse_scene(on.encode())


def bins(scene: Scene) -> Iterator[Playlist]:
    return (one for one in scene.services.values() if isinstance(one, Playlist) and one.retained)


def test_a_bin_is_kept_and_never_played() -> None:
    scene = parse_scene(KDENLIVE.encode())
    (kept,) = bins(scene)
    assert kept.items == ()
    assert [child.tag for child in kept.rest.children] == ["entry", "entry"]
    assert scene.root == "tractor5"


@pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")
@pytest.mark.parametrize("name", ["shotcut", "kdenlive", "drawn"])
def test_melt_plays_what_we_wrote_as_what_we_read(name: str, tmp_path: Path) -> None:
    drawn = document(
        [clear("t", 50, text("Hi") + place("10 10 200 100 1") + filter_("brightness", {"level": "0.5"}))],
        [[("t", 5, 0, 20)]],
        frames=50,
        extra=f"<filter>{properties({'mlt_service': 'brightness', 'level': '0=0;20=1'})}</filter>",
    )
    data = {**DOCUMENTS, "drawn": drawn}[name]
    sums = [frame_sums(tmp_path, f"{index}.mlt", one) for index, one in enumerate(both(data))]
    assert len(sums[0]) == 50
    assert sums[0] == sums[1]


def both(data: bytes) -> tuple[bytes, bytes]:
    """A document and its copy, without the consumer that would write a file of its own."""
    plain = re.sub(rb"<consumer.*?</consumer>", b"", data, flags=re.DOTALL)
    return plain, write_scene(parse_scene(plain))


def frame_sums(folder: Path, name: str, document_: bytes) -> list[str]:
    """melt ends without a frame now and then; such a try says nothing."""
    return next((sums for _ in range(4) if (sums := played(folder, name, document_))), [])


def played(folder: Path, name: str, document_: bytes) -> list[str]:
    (folder / name).write_bytes(document_)
    command = f"melt {name} -consumer avformat:{name}.md5 f=framemd5 vcodec=rawvideo an=1 real_time=-1"
    done = subprocess.run(
        [*command.split(), "terminate_on_pause=1"],
        cwd=folder,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0", "XDG_CACHE_HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "ailed" not in done.stderr, done.stderr
    lines = (folder / f"{name}.md5").read_text().splitlines()
    return [line.rsplit(",", 1)[1].strip() for line in lines if not line.startswith("#")]
