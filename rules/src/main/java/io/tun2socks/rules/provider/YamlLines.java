package io.tun2socks.rules.provider;

import java.nio.charset.StandardCharsets;

/**
 * Reads the usual form of a YAML payload by lines: a key {@code payload} or {@code rules}, and below it a block list of
 * one-line scalars. Takes the text apart where it stands, so that a list of a million names costs little. What is not of
 * that form is noted: then {@link YamlDocument} shall read the document, and only if that fails what was found here counts.
 */
final class YamlLines {
    private final byte[] content;
    private final SetMaker maker;
    private boolean usual = true;

    /** The column of the list's dashes; -1 before the first. */
    private int indent = -1;

    YamlLines(byte[] content, SetMaker maker) {
        this.content = content;
        this.maker = maker;
    }

    /** Reads all lines; returns whether all are of the usual form. */
    boolean read() {
        Lines lines = new Lines(content);
        boolean inList = false;
        boolean found = false;
        while (lines.next()) {
            int from = lines.trimmedFrom();
            int to = lines.trimmedTo();
            int column = from - lines.from();
            boolean documentStart = !found && column == 0 && to - from == 3 && startsWith(from, to, "---");
            if (from == to || content[from] == '#' || documentStart) {
                continue;
            }
            if (inList && isDash(from, to) && (indent < 0 || indent == column)) {
                indent = column;
                item(from + 1, to, lines.number());
            } else if (column == 0 && isHead(from, to)) {
                usual &= !found;
                found = true;
                inList = true;
                indent = -1;
            } else {
                usual = false;
                // A line that continues the one before, or one of another list, is for the general parser.
                inList &= column > 0;
                if (inList) {
                    refuse(from, to, lines.number(), "does not begin with '- ' in the column of the list");
                }
            }
        }
        return usual && found;
    }

    private boolean isDash(int from, int to) {
        return content[from] == '-' && (from + 1 == to || Lines.isSpace(content[from + 1]));
    }

    private boolean isHead(int from, int to) {
        int end = startsWith(from, to, "payload:") ? from + 8 : startsWith(from, to, "rules:") ? from + 6 : -1;
        return end >= 0 && isBlankOrComment(end, to);
    }

    private boolean startsWith(int from, int to, String text) {
        if (to - from < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (content[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether nothing follows but a comment, which space must stand before. */
    private boolean isBlankOrComment(int from, int to) {
        int at = from;
        while (at < to && Lines.isSpace(content[at])) {
            at++;
        }
        return at == to || (at > from && content[at] == '#');
    }

    private void item(int behindDash, int to, int line) {
        int from = behindDash;
        while (from < to && Lines.isSpace(content[from])) {
            from++;
        }
        if (from == to || (content[from] == '#' && from > behindDash)) {
            return;
        }
        switch (content[from]) {
            case '\'', '"' -> quoted(from, to, line);
            case '*' -> refuse(from, to, line, "begins with '*', which YAML takes for an alias: put it in quotes");
            case '[', '{', ']', '}', ',', '%', '@', '`' -> refuse(from, to, line, "is no text: put it in quotes");
            case '&', '!', '|', '>' -> {
                usual = false;
                refuse(from, to, line, "is no text on one line: put it in quotes");
            }
            case '-', '?', ':' -> {
                if (from + 1 == to || Lines.isSpace(content[from + 1])) {
                    usual = false;
                    refuse(from, to, line, "is no text: put it in quotes");
                } else {
                    plain(from, to, line);
                }
            }
            default -> plain(from, to, line);
        }
    }

    private void plain(int from, int to, int line) {
        int end = from;
        while (end < to && !(content[end] == '#' && Lines.isSpace(content[end - 1]))) {
            if (content[end] == ':' && (end + 1 == to || Lines.isSpace(content[end + 1]))) {
                refuse(from, to, line, "is a mapping for YAML: put it in quotes");
                return;
            }
            end++;
        }
        while (end > from && Lines.isSpace(content[end - 1])) {
            end--;
        }
        maker.entry(content, from, end, line);
    }

    private void quoted(int from, int to, int line) {
        byte quote = content[from];
        int end = from + 1;
        boolean escaped = false;
        while (end < to) {
            boolean doubled = quote == '\'' && end + 1 < to && content[end] == quote && content[end + 1] == quote;
            if (quote == '"' && content[end] == '\\') {
                usual = false;
                refuse(from, to, line, "has an escape sequence");
                return;
            }
            if (content[end] == quote && !doubled) {
                break;
            }
            escaped |= doubled;
            end += doubled ? 2 : 1;
        }
        if (end == to) {
            usual = false;
            refuse(from, to, line, "lacks its second quote");
        } else if (!isBlankOrComment(end + 1, to)) {
            refuse(from, to, line, "has text behind its second quote");
        } else if (escaped) {
            String text = new String(content, from + 1, end - from - 1, StandardCharsets.UTF_8);
            maker.entry(text.replace("''", "'"), line);
        } else if (end > from + 1) {
            maker.entry(content, from + 1, end, line);
        }
    }

    private void refuse(int from, int to, int line, String why) {
        maker.problems().add(line, new String(content, from, to - from, StandardCharsets.UTF_8), why);
    }
}
