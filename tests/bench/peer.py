"""The peer: the same charts as one would draw them with matplotlib, from the same model as plain data."""

from typing import Any

from matplotlib.figure import Figure

COLOURS = {
    "size": "#0b5cad", "lesion": "#0b5cad", "suv": "#7a4fb5", "ctdna": "#0f7d72", "marker": "#9a5b00",
    "alert": "#b3261e", "watch": "#9a5b00", "info": "#0b5cad", "fine": "#2a6f46", "limit": "#57606a", "grey": "#8c959f",
}
MARKS = {"measured": "o", "absent": "o", "too_small": "o", "not_detected": "v", "bound": "v"}


def draw(figure: Figure, model: dict[str, Any]) -> None:
    """Linked panels with lines, marks, bands, thresholds, badges and ticks, in axis space as the model gives it."""
    panels = model["panels"]
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": [panel["weight"] for panel in panels]})[:, 0]
    for panel, ax in zip(panels, axes, strict=True):
        ax.set_title(panel["title"], loc="left", fontsize=9)
        ax.set_ylim(panel["y"]["low"], panel["y"]["high"])
        ax.set_yticks([tick["at"] for tick in panel["y"]["ticks"]], [tick["text"] for tick in panel["y"]["ticks"]], fontsize=8)
        ax.grid(visible=True, axis="y", linewidth=0.5)
        for band in panel["bands"]:
            ax.fill_between([band["x0"], band["x1"]], band["y0"], band["y1"], color=COLOURS[band["meaning"]], alpha=0.15)
        for line in panel["thresholds"]:
            ax.plot([line["x0"], line["x1"]], [line["y"], line["y"]], "--", color=COLOURS[line["meaning"]], linewidth=1)
            ax.annotate(line["label"], (line["x1"], line["y"]), fontsize=7)
        for series in panel["series"]:
            points, colour = series["points"], COLOURS[series["meaning"]]
            for segment in series["segments"]:
                ends = points[segment["start"]], points[segment["end"]]
                style = "--" if segment["dashed"] else "-"
                ax.plot([end["x"] for end in ends], [end["y"] for end in ends], style, color=colour, linewidth=2 if series["heavy"] else 1)
            for kind, mark in MARKS.items() if series["heavy"] else ():
                chosen = [point for point in points if point["kind"] == kind]
                if chosen:
                    ax.plot([point["x"] for point in chosen], [point["y"] for point in chosen], mark, color=colour, markersize=5)
        for badge in panel["badges"]:
            ax.annotate(str(badge["number"]), (badge["x"], badge["y"]), color=COLOURS[badge["severity"]], fontsize=8)
        for label in panel["labels"]:
            ax.annotate(label["text"], (label["x"], label["y"]), color=COLOURS[label["meaning"]], fontsize=8)
    axes[-1].set_xlim(model["x"]["low"], model["x"]["high"])
    axes[-1].set_xticks([tick["at"] for tick in model["x"]["ticks"]], [tick["text"] for tick in model["x"]["ticks"]], fontsize=8)
    figure.suptitle(model["lane_title"], fontsize=9)
