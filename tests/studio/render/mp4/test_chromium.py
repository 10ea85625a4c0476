"""Chromium plays a joined file to its end and shows the picture that it is asked for."""

import base64
import shutil
from collections.abc import AsyncGenerator
from fractions import Fraction
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright
from tests.console.walker import CHROMIUM_ARGUMENTS
from tests.studio.render.mp4.coded import DARKEST, NTSC, RATE, STEP
from tests.studio.render.mp4.test_head import joined

pytestmark = pytest.mark.browser

COUNT = 60
LONGEST_MS = 60_000
OPEN = """async (file) => {
  const video = document.createElement('video');
  document.body.append(video);
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  await new Promise((loaded, failed) => {
    video.oncanplaythrough = loaded;
    video.onerror = () => failed(new Error(video.error.message));
    video.src = URL.createObjectURL(new Blob([bytes], {type: 'video/mp4'}));
  });
  return {duration: video.duration, width: video.videoWidth, height: video.videoHeight};
}"""
GREY_AT = """async (seconds) => {
  const video = document.querySelector('video');
  const sought = new Promise((done) => { video.onseeked = done; });
  const shown = new Promise((done) => { video.requestVideoFrameCallback(done); });  // may come after `seeked`
  video.currentTime = seconds;
  await Promise.all([sought, shown]);
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  return context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[1];
}"""
PLAY = """async () => {
  const video = document.querySelector('video');
  video.currentTime = 0;
  await new Promise((ended, failed) => {
    video.onended = ended;
    video.onerror = () => failed(new Error(video.error.message));
    video.play().catch(failed);
  });
  return {time: video.currentTime, heard: video.webkitAudioDecodedByteCount,
          frames: video.getVideoPlaybackQuality().totalVideoFrames};
}"""


@pytest.fixture
async def page() -> AsyncGenerator[Page]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "Chromium is missing: apt-get install chromium"
    arguments = [*CHROMIUM_ARGUMENTS, "--autoplay-policy=no-user-gesture-required"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        page = await browser.new_page()
        page.set_default_timeout(LONGEST_MS)
        try:
            yield page
        finally:
            await browser.close()


@pytest.mark.parametrize("fps", [NTSC, Fraction(25)], ids=str)
@pytest.mark.parametrize("sound", ["mute", "equal", "shorter", "longer"])
async def test_it_plays_to_the_end_and_seeks_to_any_picture(page: Page, fps: Fraction, sound: str) -> None:
    exact = round(COUNT / fps * RATE)
    samples = {"mute": None, "equal": exact, "shorter": exact // 2, "longer": exact + RATE // 2}[sound]
    file = joined(fps, samples)
    opened: dict[str, Any] = await page.evaluate(OPEN, base64.b64encode(file).decode())
    lasting = max(COUNT / fps, Fraction(samples or 0, RATE))
    assert opened["duration"] == pytest.approx(float(lasting), abs=0.002)
    assert (opened["width"], opened["height"]) == (320, 180)
    for number in (0, 1, 19, 20, 21, 40, 59, 3):
        grey = await page.evaluate(GREY_AT, float((number + Fraction(1, 2)) / fps))
        meant = (DARKEST + STEP * number - 16) * 255 / 219
        assert grey == pytest.approx(meant, abs=1.6), number
    played: dict[str, Any] = await page.evaluate(PLAY)
    assert played["time"] == pytest.approx(float(lasting), abs=0.03)
    assert played["frames"] > 0
    assert (played["heard"] > 0) == (samples is not None)
