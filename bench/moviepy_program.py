"""Run by MoviePy's own interpreter: film, out, font, first frame, frame after the last, then text boxes."""

import sys

from moviepy import CompositeVideoClip, TextClip, VideoFileClip  # pyright: ignore[reportMissingImports]

FPS = 30

film_path, out, font, first, after, *boxes = sys.argv[1:]
film = VideoFileClip(film_path)
clips = [film]
for box in boxes:
    text, x, y, width, height, size = box.rsplit("|", 5)
    clip = TextClip(
        font=font,
        text=text,
        font_size=int(size) * 2 // 3,
        size=(int(width), int(height)),
        method="caption",
        color="white",
        stroke_color="black",
        stroke_width=3,
    )
    begin, end = int(first) / FPS, int(after) / FPS
    clips.append(clip.with_start(begin).with_end(min(end, film.duration)).with_position((int(x), int(y))))
CompositeVideoClip(clips, size=film.size).write_videofile(
    out,
    fps=FPS,
    codec="libx264",
    preset="veryfast",
    threads=1,
    audio_codec="aac",
    ffmpeg_params=["-crf", "23"],
    logger=None,
)
