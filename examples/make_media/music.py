"""The beds under the samples: plucked chords, a soft bass, a few bells and light drums, all computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from examples.make_media.files import SAMPLE_RATE, write_sound

BEAT_S = 0.625
LOUDNESS_PEAK = 0.72
REVERB_S = 1.6

Sound = np.ndarray


def make(templates: Path) -> None:
    write_sound(templates / "welcome/music.m4a", welcome_bed())
    write_sound(templates / "thank-you/music.m4a", thank_you_bed())


def welcome_bed() -> Sound:
    """Six bars in D: one for the opening, four for the person, one to come home."""
    song = Song(15.0)
    bars = [
        (50, (62, 66, 69, 73)),
        (47, (62, 66, 71, 73)),
        (43, (62, 67, 71, 74)),
        (45, (64, 69, 73, 76)),
        (47, (62, 66, 71, 78)),
    ]
    for bar, (root, chord) in enumerate(bars):
        start = bar * 4 * BEAT_S
        song.pad(start, 4 * BEAT_S, chord, 0.055)
        song.arpeggio(start, chord, 16, 0.20 if bar else 0.13)
        if bar:
            song.bass(start, root, 0.30)
            song.drums(start, 4)
    song.rise(0.625, 1.9, 0.05)
    song.bell(2.5, 86, 0.16)
    song.bell(3.75, 81, 0.10)
    song.rise(10.2, 1.1, 0.05)
    for index, note in enumerate((50, 62, 66, 69, 74, 78)):
        song.pluck(11.25 + 0.045 * index, note, 0.24, 3.2)
    song.pad(11.25, 3.6, (62, 66, 69, 74), 0.065)
    song.thump(11.25, 0.5)
    for beat, note in enumerate((86, 81, 78, 90)):
        song.bell(11.875 + beat * BEAT_S / 2, note, 0.10)
    return song.mixed()


def thank_you_bed() -> Sound:
    """Four bars in G: a drum roll of plucks up to the medal, then bells over a bright walk."""
    song = Song(10.0)
    song.pad(0.0, 1.25, (55, 62, 67), 0.05)
    for index in range(8):
        song.pluck(
            index * BEAT_S / 4, 67 + (0, 2, 4, 7)[index % 4] + 12 * (index // 4), 0.07 + 0.018 * index, 0.6
        )
    song.rise(0.1, 1.15, 0.07)
    song.thump(1.25, 0.7)
    for index, note in enumerate((79, 83, 86, 91, 95)):
        song.bell(1.25 + 0.05 * index, note, 0.16)
    bars = [(43, (67, 71, 74, 78)), (40, (67, 71, 76, 79)), (48, (67, 72, 76, 79)), (50, (66, 69, 74, 78))]
    for bar, (root, chord) in enumerate(bars[:3]):
        start = 1.25 + bar * 4 * BEAT_S
        beats = 4 if bar < 2 else 3
        song.pad(start, beats * BEAT_S, chord, 0.055)
        song.arpeggio(start, chord, beats * 4, 0.19)
        song.bass(start, root, 0.30)
        song.drums(start, beats)
        song.bell(start + 2 * BEAT_S, chord[3] + 12, 0.08)
    for index, note in enumerate((43, 55, 62, 67, 71, 74, 79)):
        song.pluck(8.125 + 0.04 * index, note, 0.22, 1.9)
    song.pad(8.125, 1.8, (62, 67, 71, 74), 0.06)
    song.thump(8.125, 0.4)
    song.bell(8.75, 91, 0.11)
    song.bell(9.0625, 95, 0.09)
    return song.mixed()


class Song:
    """A stereo line of time that notes are written onto."""

    def __init__(self, seconds: float) -> None:
        self.dry = np.zeros((2, round(seconds * SAMPLE_RATE)))
        self.wet = np.zeros_like(self.dry)
        self.dice = np.random.default_rng(709)

    def add(self, at: float, sound: Sound, *, pan: float = 0.0, room: float = 0.25) -> None:
        """`pan` is -1 (left) to 1; `room` is the share that also goes to the reverb."""
        start = round(at * SAMPLE_RATE)
        sound = sound[: self.dry.shape[1] - start]
        sides = np.array([np.cos((pan + 1) * np.pi / 4), np.sin((pan + 1) * np.pi / 4)])[:, None] * sound
        self.dry[:, start : start + len(sound)] += sides
        self.wet[:, start : start + len(sound)] += room * sides

    def pluck(self, at: float, note: int, level: float, seconds: float = 1.1, pan: float = 0.0) -> None:
        """A soft mallet: few partials, the high ones dying first."""
        time = clock(seconds)
        tone = sum(
            np.sin(2 * np.pi * pitch(note) * partial * time) * np.exp(-time * (2.6 + 2.4 * partial)) * weight
            for partial, weight in ((1, 1.0), (2, 0.46), (3, 0.22), (4, 0.14), (6.3, 0.06))
        )
        self.add(at, level * attack(tone, 0.004), pan=pan, room=0.35)

    def bell(self, at: float, note: int, level: float) -> None:
        time = clock(2.4)
        sway = 1.2 * np.exp(-3 * time) * np.sin(2 * np.pi * pitch(note) * 3.01 * time)
        tone = np.sin(2 * np.pi * pitch(note) * time + sway) * np.exp(-2.8 * time)
        self.add(at, level * attack(tone, 0.003), pan=float(self.dice.uniform(-0.5, 0.5)), room=0.8)

    def pad(self, at: float, seconds: float, chord: tuple[int, ...], level: float) -> None:
        time = clock(seconds + 0.5)
        shape = np.minimum(1, time / 0.35) * np.minimum(1, (seconds + 0.5 - time) / 0.5)
        for note in chord:
            for pan, cents in ((-0.7, -5), (0.7, 5)):
                base = pitch(note) * 2 ** (cents / 1200)
                tone = sum(np.sin(2 * np.pi * base * n * time + n) / n**2.1 for n in (1, 2, 3, 4))
                self.add(at, level * 0.6 * shape * tone, pan=pan, room=0.5)

    def arpeggio(self, at: float, chord: tuple[int, ...], steps: int, level: float) -> None:
        order = (0, 2, 1, 3, 2, 1, 3, 2)
        for step in range(steps):
            accent = 1.0 if step % 4 == 0 else 0.62
            note = chord[order[step % 8]] + (12 if step % 8 == 6 else 0)
            self.pluck(at + step * BEAT_S / 4, note, level * accent, pan=0.45 * (-1) ** step)

    def bass(self, at: float, note: int, level: float) -> None:
        for beat, length in ((0.0, 1.3), (1.5, 0.8), (2.5, 1.0)):
            time = clock(length * BEAT_S)
            tone = np.sin(2 * np.pi * pitch(note) * time) + 0.28 * np.sin(4 * np.pi * pitch(note) * time)
            shape = np.exp(-1.6 * time) * np.minimum(1, (length * BEAT_S - time) / 0.05)
            self.add(at + beat * BEAT_S, level * attack(tone * shape, 0.008), room=0.02)

    def drums(self, at: float, beats: int) -> None:
        for beat in range(beats):
            if beat % 2 == 0:
                self.thump(at + beat * BEAT_S, 0.42)
            else:
                self.brush(at + beat * BEAT_S, 0.2, 0.10)
            for eighth in range(4):
                self.brush(at + (beat + eighth / 4) * BEAT_S, 0.075 if eighth % 2 else 0.035, 0.035)

    def thump(self, at: float, level: float) -> None:
        time = clock(0.32)
        phase = 2 * np.pi * np.cumsum(48 + 70 * np.exp(-38 * time)) / SAMPLE_RATE
        self.add(at, level * attack(np.sin(phase) * np.exp(-11 * time), 0.002), room=0.05)

    def brush(self, at: float, level: float, seconds: float) -> None:
        time = clock(seconds * 3)
        hiss = bright(self.dice.standard_normal(len(time)), 3500)
        self.add(at, level * hiss * np.exp(-time / seconds * 2.2), pan=0.25, room=0.3)

    def rise(self, at: float, seconds: float, level: float) -> None:
        """Air that swells into the next scene."""
        time = clock(seconds)
        hiss = bright(self.dice.standard_normal(len(time)), 1800)
        self.add(
            at, level * hiss * (time / seconds) ** 2.2 * np.minimum(1, (seconds - time) / 0.06), room=0.6
        )

    def mixed(self) -> Sound:
        """Dry and reverberated together, gently limited, with the ends at silence."""
        length = round(REVERB_S * SAMPLE_RATE)
        decay = np.exp(-np.arange(length) / SAMPLE_RATE * 4.2)
        total = self.dry.copy()
        for side in range(2):
            tail = mellow(self.dice.standard_normal(length), 4200) * decay
            total[side] += 0.055 * convolve(self.wet[side], tail)
        total = np.tanh(total * 1.15)
        total *= LOUDNESS_PEAK / np.abs(total).max()
        edge = round(0.02 * SAMPLE_RATE)
        total[:, :edge] *= np.linspace(0, 1, edge)
        fade = round(0.9 * SAMPLE_RATE)
        total[:, -fade:] *= np.cos(np.linspace(0, np.pi / 2, fade)) ** 2
        return total.astype(np.float32)


def pitch(note: int) -> float:
    """The frequency in Hz of a MIDI note."""
    return 440.0 * 2 ** ((note - 69) / 12)


def clock(seconds: float) -> Sound:
    return np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def attack(tone: Sound, seconds: float) -> Sound:
    edge = min(len(tone), round(seconds * SAMPLE_RATE))
    tone = tone.copy()
    tone[:edge] *= np.linspace(0, 1, edge)
    return tone


def bright(noise: Sound, above_hz: float) -> Sound:
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE)
    return np.fft.irfft(spectrum * (hertz / (hertz + above_hz)) ** 3, len(noise))


def mellow(noise: Sound, below_hz: float) -> Sound:
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE)
    return np.fft.irfft(spectrum / (1 + (hertz / below_hz) ** 2), len(noise))


def convolve(signal: Sound, tail: Sound) -> Sound:
    size = len(signal) + len(tail) - 1
    return np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(tail, size), size)[: len(signal)]
