"""Small line charts as SVG, by hand: a grid of panels, each with its own scale from 0."""

from xml.sax.saxutils import escape

COLOURS = ("#0b5fa5", "#c2410c", "#15803d", "#7e22ce")
WIDE, HIGH, LEFT, TOP, BOTTOM = 300, 190, 56, 46, 30


def number(value):
    """Three digits of a figure, as people write it."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 10 or not value else f"{value:.1f}"


def panel(title, names, lines, x, y):
    """One panel: `names` stand below, `lines` are (label, values); a value may be missing."""
    right, foot = x + WIDE - 16, y + HIGH - BOTTOM
    highest = max((value for _, values in lines for value in values if value is not None),
                  default=1) * 1.1 or 1
    step = (right - x - LEFT) / max(1, len(names) - 1)
    out = [f'<text x="{x + 8}" y="{y + 18}" class="title">{escape(title)}</text>']
    for share in (0, 0.5, 1):
        at = foot - share * (foot - y - TOP)
        out.append(f'<line x1="{x + LEFT}" y1="{at:.0f}" x2="{right}" y2="{at:.0f}" class="grid"/>'
                   f'<text x="{x + LEFT - 6}" y="{at + 4:.0f}" class="end">'
                   f"{number(highest / 1.1 * share)}</text>")
    for place, name in enumerate(names):
        out.append(f'<text x="{x + LEFT + place * step:.0f}" y="{foot + 16}" class="middle">'
                   f"{escape(str(name))}</text>")
    for index, (label, values) in enumerate(lines):
        colour = COLOURS[index % len(COLOURS)]
        points = [(x + LEFT + place * step, foot - value / (highest / 1.1) * (foot - y - TOP))
                  for place, value in enumerate(values) if value is not None]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>'
                for px, py in points]
        out.append(f'<text x="{x + LEFT + index * 80}" y="{y + 34}" fill="{colour}">'
                   f"{escape(label)}</text>")
    return "\n".join(out)


def grid(panels, columns=3):
    """An SVG picture of panels: (title, names, lines) each."""
    rows = -(-len(panels) // columns)
    width, height = columns * WIDE, rows * HIGH
    body = "\n".join(
        panel(*one, place % columns * WIDE, place // columns * HIGH)
        for place, one in enumerate(panels))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>text {{ font: 12px sans-serif }} .title {{ font-weight: bold }} .end {{ text-anchor: end }}
.middle {{ text-anchor: middle }} .grid {{ stroke: #ccc }}</style>
<rect width="{width}" height="{height}" fill="#fff"/>
{body}
</svg>
"""
