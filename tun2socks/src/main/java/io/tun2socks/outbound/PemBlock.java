package io.tun2socks.outbound;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A block of a PEM text (RFC 7468). */
final class PemBlock {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*([^-]*?)-----END \\1-----", Pattern.DOTALL);

    private final String label;
    private final byte[] der;

    private PemBlock(String label, byte[] der) {
        this.label = label;
        this.der = der;
    }

    /**
     * Finds the blocks of a text; what lies between them is passed over.
     *
     * @throws IllegalArgumentException if the inside of one is not Base64
     */
    static List<PemBlock> all(String text) {
        List<PemBlock> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            String body = matcher.group(2);
            if (body.indexOf(':') >= 0) {
                // Headers of the old form stand for encryption.
                blocks.add(new PemBlock("ENCRYPTED " + matcher.group(1), new byte[0]));
                continue;
            }
            try {
                blocks.add(new PemBlock(matcher.group(1), Base64.getDecoder().decode(body.replaceAll("\\s", ""))));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the inside of " + matcher.group(1) + " is not Base64", e);
            }
        }
        return blocks;
    }

    /** Returns what stands behind BEGIN. */
    String label() {
        return label;
    }

    /** Returns the inside; not to be changed. */
    byte[] der() {
        return der;
    }
}
