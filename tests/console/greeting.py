"""A template a person would upload: two seconds, a picture below, a name and a product above it."""

import io
import zipfile

from tests.support.studio_kit import picture

TEMPLATE = """<?xml version="1.0" encoding="utf-8"?>
<mlt LC_NUMERIC="C" producer="main" root="">
  <profile width="320" height="180" frame_rate_num="25" frame_rate_den="1" sample_aspect_num="1"
           sample_aspect_den="1" display_aspect_num="16" display_aspect_den="9" progressive="1"
           colorspace="709"/>
  <producer id="ground" in="0" out="49">
    <property name="mlt_service">qimage</property>
    <property name="resource">ground.png</property>
    <property name="length">50</property>
  </producer>
  <playlist id="v1">
    <entry producer="ground" in="0" out="49">
      <filter id="greeting">
        <property name="mlt_service">dynamictext</property>
        <property name="reelpress:name">greeting</property>
        <property name="argument">Hello {{name}}</property>
        <property name="geometry">20 40 280 50 1</property>
        <property name="family">Noto Sans</property>
        <property name="size">32</property>
        <property name="fgcolour">#ffffffff</property>
        <property name="bgcolour">#00000000</property>
        <property name="halign">center</property>
        <property name="valign">middle</property>
      </filter>
      <filter id="product">
        <property name="mlt_service">dynamictext</property>
        <property name="reelpress:name">product</property>
        <property name="argument">{{product_name}}</property>
        <property name="geometry">20 100 280 40 1</property>
        <property name="family">Noto Sans</property>
        <property name="size">22</property>
        <property name="fgcolour">#ffffe8b0</property>
        <property name="bgcolour">#00000000</property>
        <property name="halign">center</property>
        <property name="valign">middle</property>
      </filter>
    </entry>
  </playlist>
  <tractor id="main" in="0" out="49"><track producer="v1"/></tractor>
</mlt>
"""


def greeting_zip() -> bytes:
    """The template with its medium, as Shotcut's folder would be packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("greeting/greeting.mlt", TEMPLATE)
        archive.writestr("greeting/ground.png", picture("#20405f", side=180))
    return buffer.getvalue()
