"""Films for Chromium's fake camera: a label held before it, as a video file.

Start Chromium with `camera_arguments(path)`. What a page does with the picture is not here.
"""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFilter

FRAME_SIZE_PX = (1280, 720)
FRAMES_A_SECOND = 30
BENCH = (188, 180, 168)


def camera_arguments(film: Path | None = None, *, is_granted: bool = True) -> list[str]:
    """Chromium's arguments for a camera that shows `film` over and over, granted or refused."""
    answer = "--use-fake-ui-for-media-stream" if is_granted else "--deny-permission-prompts"
    arguments = ["--use-fake-device-for-media-stream", answer]
    return [*arguments, f"--use-file-for-fake-video-capture={film}"] if film else arguments


def mjpeg(
    path: Path,
    label: bytes | Image.Image,
    *,
    height_px: int = 420,
    angle: float = 0,
    blur_px: float = 0,
    empty_s: float = 0,
    shown_s: float = 2,
) -> Path:
    """Write a film of 1280 x 720 to `path` (it must end in .mjpeg) and return the path.

    `label` (a PNG's bytes or a picture) lies on a bench, `height_px` high, turned by `angle`
    degrees, out of focus by `blur_px`. First the bench is empty for `empty_s`, then the label lies
    there for `shown_s`. Chromium plays it at 30 frames a second, and again when it has ended.
    """
    empty = _jpeg(Image.new("RGB", FRAME_SIZE_PX, BENCH))
    shown = _jpeg(_frame(label, height_px=height_px, angle=angle, blur_px=blur_px))
    path.write_bytes(
        empty * round(empty_s * FRAMES_A_SECOND) + shown * round(shown_s * FRAMES_A_SECOND)
    )
    return path


def reel(path: Path, *labels: Image.Image, shown_s: float = 1, empty_s: float = 2) -> Path:
    """The same with several labels, one after the other, the bench empty before each."""
    empty = _jpeg(Image.new("RGB", FRAME_SIZE_PX, BENCH)) * round(empty_s * FRAMES_A_SECOND)
    shown = (_jpeg(_frame(one, height_px=420, angle=0, blur_px=0)) for one in labels)
    path.write_bytes(b"".join(empty + one * round(shown_s * FRAMES_A_SECOND) for one in shown))
    return path


def _frame(
    label: bytes | Image.Image, *, height_px: int, angle: float, blur_px: float
) -> Image.Image:
    picture = Image.open(BytesIO(label)) if isinstance(label, bytes) else label
    card = picture.convert("RGBA")
    card = card.resize((round(card.width * height_px / card.height), height_px))
    card = card.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
    frame = Image.new("RGB", FRAME_SIZE_PX, BENCH)
    corner = ((frame.width - card.width) // 2, (frame.height - card.height) // 2)
    frame.paste(card, corner, mask=card)
    return frame.filter(ImageFilter.GaussianBlur(blur_px)) if blur_px else frame


def _jpeg(frame: Image.Image) -> bytes:
    buffer = BytesIO()
    frame.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
