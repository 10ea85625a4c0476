"""A template of two seconds: a name in sight during the first, a product during the second."""

_TEXT = """
      <filter id="{name}" in="{first}" out="{last}">
        <property name="mlt_service">dynamictext</property>
        <property name="reelpress:name">{name}</property>
        <property name="argument">{{{{{field}}}}}</property>
        <property name="geometry">20 {top} 280 50 1</property>
        <property name="family">Noto Sans</property>
        <property name="size">28</property>
        <property name="fgcolour">#ffffffff</property>
        <property name="bgcolour">#00000000</property>
        <property name="halign">center</property>
        <property name="valign">middle</property>
      </filter>"""

_DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
<mlt LC_NUMERIC="C" producer="main" root="">
  <profile width="320" height="180" frame_rate_num="25" frame_rate_den="1" sample_aspect_num="1"
           sample_aspect_den="1" display_aspect_num="16" display_aspect_den="9" progressive="1"
           colorspace="709"/>
  <producer id="ground" in="0" out="49">
    <property name="mlt_service">color</property>
    <property name="resource">#ff203a5f</property>
    <property name="length">50</property>
  </producer>
  <playlist id="v1"><entry producer="ground" in="0" out="49">{texts}
  </entry></playlist>
  <tractor id="main" in="0" out="49"><track producer="v1"/></tractor>
</mlt>
"""


def two_halves() -> bytes:
    texts = (
        _TEXT.format(name="greeting", field="name", first=0, last=24, top=30),
        _TEXT.format(name="product", field="product_name", first=25, last=49, top=100),
    )
    return _DOCUMENT.format(texts="".join(texts)).encode()
