"""Medians, the tables and the JSON."""

import statistics

# (key, label, unit, digits): the rows of the table, in order. What is measured and not listed is in the JSON only.
ROWS = [
    ("tcp_up_1_gbit", "TCP up, 1 stream", "Gbit/s", 2),
    ("tcp_down_1_gbit", "TCP down, 1 stream", "Gbit/s", 2),
    ("tcp_up_8_gbit", "TCP up, 8 streams", "Gbit/s", 2),
    ("tcp_down_8_gbit", "TCP down, 8 streams", "Gbit/s", 2),
    ("tcp_up_1_cpu", "CPU of program, up, 1 stream", "s/GiB", 2),
    ("tcp_down_1_cpu", "CPU of program, down, 1 stream", "s/GiB", 2),
    ("tcp_up_8_cpu", "CPU of program, up, 8 streams", "s/GiB", 2),
    ("tcp_down_8_cpu", "CPU of program, down, 8 streams", "s/GiB", 2),
    ("tcp_up_1_cpu_machine", "CPU of machine, up, 1 stream", "s/GiB", 2),
    ("tcp_down_1_cpu_machine", "CPU of machine, down, 1 stream", "s/GiB", 2),
    ("tcp_up_8_cpu_machine", "CPU of machine, up, 8 streams", "s/GiB", 2),
    ("tcp_down_8_cpu_machine", "CPU of machine, down, 8 streams", "s/GiB", 2),
    ("short32_per_s", "new connections, 32 clients", "1/s", 0),
    ("short32_p50_ms", "  p50", "ms", 3),
    ("short32_p99_ms", "  p99", "ms", 3),
    ("short32_cpu_us", "  CPU of program per connection", "us", 1),
    ("short1_p50_ms", "new connection, 1 client, p50", "ms", 3),
    ("short1_p99_ms", "  p99", "ms", 3),
    ("keep1_p50_ms", "request on open connection, p50", "ms", 3),
    ("keep1_p99_ms", "  p99", "ms", 3),
    ("udp_up_64_kpps", "UDP up, 64 B, arrived", "kpps", 1),
    ("udp_down_64_kpps", "UDP down, 64 B, arrived", "kpps", 1),
    ("udp_up_1400_kpps", "UDP up, 1400 B, arrived", "kpps", 1),
    ("udp_down_1400_kpps", "UDP down, 1400 B, arrived", "kpps", 1),
    ("rss_idle_mib", "memory, idle", "MiB", 1),
    ("rss_1000_mib", "memory, 1000 idle connections", "MiB", 1),
    ("rss_after_mib", "memory, after the load", "MiB", 1),
    ("idle_cpu_percent", "CPU, idle", "%", 1),
    ("start_device_ms", "start to device there", "ms", 0),
    ("start_first_ms", "start to first request served", "ms", 0),
    ("lossy_up_1_mbit", "lossy path, TCP up, 1 stream", "Mbit/s", 2),
    ("lossy_down_1_mbit", "lossy path, TCP down, 1 stream", "Mbit/s", 2),
    ("lossy_down_8_mbit", "lossy path, TCP down, 8 streams", "Mbit/s", 2),
    ("lossy_up_1_extra_percent", "packets beyond the fewest, up, 1 stream", "%", 1),
    ("lossy_down_1_extra_percent", "packets beyond the fewest, down, 1 stream", "%", 1),
    ("lossy_down_8_extra_percent", "packets beyond the fewest, down, 8 streams", "%", 1),
    ("lossy_up_1_acks", "packets back for each, up, 1 stream", "", 2),
    ("lossy_down_1_acks", "packets back for each, down, 1 stream", "", 2),
    ("transfer_per_s", "100 kB down, 8 at once", "1/s", 1),
    ("transfer_p50_ms", "  p50", "ms", 1),
    ("transfer_p95_ms", "  p95", "ms", 1),
    ("transfer_p99_ms", "  p99", "ms", 1),
    ("path_late_ms", "what the impairment itself added, p99", "ms", 1),
    ("failed", "failed requests and tests", "", 0),
]

# Where a ratio says something; the figures of memory and start have no counterpart in plain routing.
RATIOS = [row for row in ROWS if row[0] not in ("failed", "idle_cpu_percent", "path_late_ms")
          and not row[0].endswith("_extra_percent")]


def summary(rounds):
    """For each figure (median, least, greatest) over the rounds that have it."""
    keys = {key for figures in rounds for key, value in figures.items() if isinstance(value, (int, float))}
    result = {}
    for key in sorted(keys):
        values = [figures[key] for figures in rounds if key in figures]
        result[key] = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return result


def ratio_summary(rounds, base_rounds):
    """The summary of each figure's ratios to the base's figure of the same round."""
    return summary([{key: figures[key] / base[key] for key, _, _, _ in RATIOS if key in figures and base.get(key)}
                    for figures, base in zip(rounds, base_rounds)])


def ratios(rounds, base_rounds):
    """For each figure the median of its ratios to the base's figure of the same round."""
    return {key: entry["median"] for key, entry in ratio_summary(rounds, base_rounds).items()}


def _cell(entry, digits, single):
    if entry is None:
        return "-"
    if single or entry["min"] == entry["max"]:
        return f"{entry['median']:.{digits}f}"
    return f"{entry['median']:.{digits}f} ({entry['min']:.{digits}f}-{entry['max']:.{digits}f})"


def _table(header, rows):
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = []
    for row in [header, ["-" * width for width in widths], *rows]:
        lines.append("  ".join([row[0].ljust(widths[0])]
                               + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]).rstrip())
    return "\n".join(lines)


def main_table(results, count):
    """The medians of all subjects; results maps a name to the list of its rounds."""
    summaries = {name: summary(rounds) for name, rounds in results.items()}
    rows = []
    for key, label, unit, digits in ROWS:
        cells = [_cell(entries.get(key), digits, count == 1) for entries in summaries.values()]
        if any(cell != "-" for cell in cells):
            rows.append([f"{label} [{unit}]" if unit else label, *cells])
    return _table(["median (least-greatest)" if count > 1 else "one round", *results], rows)


def ratio_table(results, pairs, spread=False):
    """One column per (name, base) with the ratios of name's figures to the base's, with least and greatest if asked."""
    columns = {f"{name}/{base}": ratio_summary(results[name], results[base]) for name, base in pairs}
    rows = []
    for key, label, _, _ in RATIOS:
        cells = [_cell(column.get(key), 2, not spread) for column in columns.values()]
        if any(cell != "-" for cell in cells):
            rows.append([label, *cells])
    return _table(["ratio, median of the rounds" + (" (least-greatest)" if spread else ""), *columns], rows)
