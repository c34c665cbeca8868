"""Draws the picture and the logo of the sample shop: `python -m tests.kits.draw_winterfest`."""

from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SAMPLES = Path(__file__).parents[2] / "web" / "samples"
WIDE, HIGH, FINE = 1280, 640, 2
NIGHT, DAWN = (13, 27, 62), (86, 64, 122)
SNOW, FAR, NEAR, TREES = (226, 236, 246), (54, 70, 118), (34, 50, 92), (14, 32, 52)
Rgb = tuple[int, int, int]


def main() -> None:
    """Both files, the same whenever they are drawn with one release of Pillow."""
    scene().save(SAMPLES / "winterfest.webp", "WEBP", quality=82, method=6)
    logo().save(SAMPLES / "winterfest-logo.webp", "WEBP", quality=90, method=6)


def scene() -> Image.Image:
    """A winter night: northern lights over hills, spruces, and a stage that shines."""
    size = WIDE * FINE, HIGH * FINE
    image = shaded(size, NIGHT, DAWN)
    image = ImageChops.screen(image, northern_lights(size))
    stars(image)
    hill(image, FAR, base=0.62, swing=0.16, seed=3)
    hill(image, NEAR, base=0.70, swing=0.10, seed=8)
    image = ImageChops.screen(image, beams(size))
    hill(image, SNOW, base=0.80, swing=0.03, seed=5)
    spruces(image)
    stage(image)
    return image.resize((WIDE, HIGH), Image.Resampling.LANCZOS)


def shaded(size: tuple[int, int], above: Rgb, below: Rgb) -> Image.Image:
    return Image.composite(
        Image.new("RGB", size, below), Image.new("RGB", size, above), mask_down(size)
    )


def mask_down(size: tuple[int, int]) -> Image.Image:
    return Image.linear_gradient("L").resize(size)


def northern_lights(size: tuple[int, int]) -> Image.Image:
    """Curtains of light, wide and soft."""
    wide, high = size
    lights, chance = Image.new("RGB", size), Random(11)
    draw = ImageDraw.Draw(lights)
    for colour, top in (((38, 150, 120), 0.10), ((30, 110, 150), 0.02), ((70, 190, 130), 0.20)):
        at = chance.uniform(-0.1, 0.1) * wide
        middle = top * high
        while at < wide * 1.05:
            long = chance.uniform(0.22, 0.42) * high
            draw.line((at, middle, at - 0.05 * wide, middle + long), colour, width=wide // 45)
            at += wide / 60
            middle += chance.uniform(-0.02, 0.022) * high
    return lights.filter(ImageFilter.GaussianBlur(wide // 42))


def stars(image: Image.Image) -> None:
    draw, chance = ImageDraw.Draw(image), Random(2)
    for _ in range(150):
        x, y = chance.uniform(0, image.width), chance.uniform(0, image.height * 0.5)
        size = chance.choice((1, 1, 2, 3))
        draw.ellipse((x, y, x + size, y + size), (232, 240, 255))


def hill(image: Image.Image, colour: Rgb, *, base: float, swing: float, seed: int) -> None:
    """A line of hills across the picture, filled down to its edge."""
    chance, count = Random(seed), 9
    heights = [image.height * (base + chance.uniform(-swing, swing) / 2) for _ in range(count + 1)]
    points = []
    for step in range(count * 40 + 1):
        left, part = divmod(step, 40)
        share = part / 40
        soft = share * share * (3 - 2 * share)
        right = min(left + 1, count)
        height = heights[left] + (heights[right] - heights[left]) * soft
        points.append((image.width * step / (count * 40), height))
    corners = [(image.width, image.height), (0, image.height)]
    ImageDraw.Draw(image).polygon([*points, *corners], colour)


def beams(size: tuple[int, int]) -> Image.Image:
    """Light that goes up from the stage."""
    wide, high = size
    light = Image.new("RGB", size)
    draw = ImageDraw.Draw(light)
    foot = 0.64 * wide, 0.78 * high
    for lean, colour in ((-0.20, (110, 70, 30)), (-0.06, (120, 90, 50)), (0.08, (120, 60, 80)),
                         (0.20, (70, 60, 120))):  # fmt: skip
        top = foot[0] + lean * wide
        draw.polygon([foot, (top - 0.03 * wide, 0), (top + 0.03 * wide, 0)], colour)
    return light.filter(ImageFilter.GaussianBlur(wide // 130))


def spruces(image: Image.Image) -> None:
    draw, chance = ImageDraw.Draw(image), Random(21)
    for _ in range(34):
        side = chance.choice((0, 1))
        x = chance.betavariate(1, 3) * 0.34
        x = image.width * (x if not side else 1 - x * 0.7)
        foot = image.height * chance.uniform(0.80, 0.97)
        tall = image.height * chance.uniform(0.12, 0.26)
        for part in range(4):
            top = foot - tall + part * tall * 0.2
            half = tall * (0.10 + part * 0.055)
            draw.polygon([(x, top), (x - half, top + tall * 0.36), (x + half, top + tall * 0.36)],
                         TREES)  # fmt: skip


def stage(image: Image.Image) -> None:
    """A roof, a lit opening, and people in front of it."""
    draw, chance = ImageDraw.Draw(image), Random(4)
    left, right = 0.55 * image.width, 0.73 * image.width
    roof, floor = 0.62 * image.height, 0.80 * image.height
    draw.rectangle((left, roof, right, floor), (255, 196, 104))
    draw.rectangle((left, floor - 0.05 * image.height, right, floor), (232, 120, 90))
    peak = ((left + right) / 2, roof - 0.09 * image.height)
    edge = 0.015 * image.width
    draw.polygon([(left - edge, roof), peak, (right + edge, roof)], (20, 26, 52))
    for x in (left, right - edge / 2):
        draw.rectangle((x, roof, x + edge / 2, floor), (20, 26, 52))
    for _ in range(120):
        x = chance.uniform(0.46, 0.82) * image.width
        y = chance.uniform(0.79, 0.835) * image.height
        size = chance.uniform(0.005, 0.008) * image.width
        draw.ellipse((x, y, x + size, y + size), (18, 30, 54))
        draw.rounded_rectangle(
            (x - size * 0.4, y + size * 0.9, x + size * 1.4, y + size * 3), size / 2, (18, 30, 54)
        )


def logo() -> Image.Image:
    """A snow crystal on a disc, without any letter in it."""
    side = 192 * 4
    image = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, side - 1, side - 1), (28, 58, 128, 255))
    crystal = Image.new("L", (side, side))
    arm = ImageDraw.Draw(crystal)
    middle, thick = side // 2, side // 22
    arm.line((middle, middle, middle, side * 0.14), 255, thick)
    for at, long in ((0.24, 0.09), (0.34, 0.07)):
        for way in (-1, 1):
            arm.line(
                (middle, side * at, middle + way * side * long, side * (at - long)), 255, thick
            )
    whole = Image.new("L", (side, side))
    for turn in range(6):
        whole = ImageChops.lighter(whole, crystal.rotate(turn * 60))
    image.paste((255, 255, 255, 255), mask=whole)
    return image.resize((192, 192), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
