"""Paper: the only room that knows reportlab."""

from reportlab import rl_config

# Before any other part of reportlab is imported, which reads them once: streams as plain bytes, a quarter
# smaller and faster, and no type check on each attribute of each shape of a chart.
rl_config.useA85 = 0
rl_config.shapeChecking = 0
