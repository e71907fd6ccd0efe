"""Pictures of measurements: figures, PNG files and small previews. They are made from counts and never see a row."""

from synth_assets.report.across_modes import across_modes, mode_table
from synth_assets.report.heatmap import heat_map
from synth_assets.report.histograms import histogram, histograms
from synth_assets.report.pictures import WrittenPicture, write_across_modes, write_columns, write_comparison
from synth_assets.report.preview import Picture, preview, save_png
from synth_assets.report.trade_off import trade_off

__all__ = [
    "Picture",
    "WrittenPicture",
    "across_modes",
    "heat_map",
    "histogram",
    "histograms",
    "mode_table",
    "preview",
    "save_png",
    "trade_off",
    "write_across_modes",
    "write_columns",
    "write_comparison",
]
