"""A small template of our own: a background, a picture that comes with the request, a name."""

from __future__ import annotations

TEMPLATE = """<?xml version="1.0"?>
<mlt LC_NUMERIC="C" version="7.24.0">
  <profile width="320" height="180" progressive="1" sample_aspect_num="1" sample_aspect_den="1"
           frame_rate_num="25" frame_rate_den="1" colorspace="709"/>
  <producer id="ground" in="0" out="24">
    <property name="length">25</property>
    <property name="resource">{background}</property>
    <property name="mlt_service">{service}</property>
  </producer>
  <producer id="photo" in="0" out="24">
    <property name="length">25</property>
    <property name="resource">sample.png</property>
    <property name="mlt_service">qimage</property>
    <property name="reelpress:name">Photo</property>
    <property name="reelpress:field">photo</property>
    <filter id="place">
      <property name="mlt_service">affine</property>
      <property name="background">color:#00000000</property>
      <property name="transition.fill">1</property>
      <property name="transition.rect">10 40 100 100 1</property>
    </filter>
  </producer>
  <producer id="caption" in="0" out="24">
    <property name="length">25</property>
    <property name="resource">#00000000</property>
    <property name="mlt_service">color</property>
    <filter id="text">
      <property name="mlt_service">dynamictext</property>
      <property name="argument">{text}</property>
      <property name="family">Noto Sans</property>
      <property name="size">28</property>
      <property name="fgcolour">#ffffffff</property>
      <property name="bgcolour">#00000000</property>
      <property name="geometry">120 60 190 60 1</property>
      <property name="reelpress:name">Name</property>
      {extra}
    </filter>
  </producer>
  <playlist id="p0"><entry producer="ground" in="0" out="24"/></playlist>
  <playlist id="p1"><entry producer="photo" in="0" out="24"/></playlist>
  <playlist id="p2"><entry producer="caption" in="0" out="24"/></playlist>
  <tractor id="main" in="0" out="24">
    <track producer="p0"/>
    <track producer="p1"/>
    <track producer="p2"/>
    <transition in="0" out="24">
      <property name="a_track">0</property><property name="b_track">1</property>
      <property name="mlt_service">qtblend</property>
    </transition>
    <transition in="0" out="24">
      <property name="a_track">0</property><property name="b_track">2</property>
      <property name="mlt_service">qtblend</property>
    </transition>
  </tractor>
</mlt>
"""


def template(
    *, background: str = "#ff204060", service: str = "color", text: str = "{{name}}", extra: str = ""
) -> bytes:
    """The document; `service` avformat makes `background` a file it names."""
    return TEMPLATE.format(background=background, service=service, text=text, extra=extra).encode()
