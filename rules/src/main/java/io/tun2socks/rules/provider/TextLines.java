package io.tun2socks.rules.provider;

/** Reads the text format: an entry a line; lines that begin with {@code #} or {@code //} are comments. */
final class TextLines {
    private TextLines() {}

    static void read(byte[] content, SetMaker maker) {
        Lines lines = new Lines(content);
        while (lines.next()) {
            int from = lines.trimmedFrom();
            int to = lines.trimmedTo();
            boolean comment = (from < to && content[from] == '#')
                    || (to - from > 1 && content[from] == '/' && content[from + 1] == '/');
            if (from < to && !comment) {
                maker.entry(content, from, to, lines.number());
            }
        }
    }
}
