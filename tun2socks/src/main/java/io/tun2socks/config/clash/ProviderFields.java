package io.tun2socks.config.clash;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What providers of proxies and of rules have in common.
 *
 * @param type where the contents come from
 * @param url where they are fetched; empty unless http
 * @param path the file; null for inline
 * @param interval seconds between updates; 0 for none
 * @param proxy through which they are fetched; empty if none is named
 * @param header sent when fetching
 * @param sizeLimit bytes that a download may have; 0 for no limit
 */
record ProviderFields(
        ProviderType type,
        String url,
        Path path,
        int interval,
        String proxy,
        Map<String, List<String>> header,
        long sizeLimit) {
    private static final Map<String, ProviderType> TYPES = Words.of(ProviderType.values());

    /**
     * Reads them.
     *
     * @param fields the provider
     * @param directory below home, where downloads are kept that name no path
     * @param options where home is
     */
    static ProviderFields read(Fields fields, String directory, ReadOptions options) {
        if (!fields.has("type")) {
            fields.error("type", "there is none; expected one of " + String.join(", ", TYPES.keySet()));
        }
        ProviderType type = fields.choice("type", ProviderType.INLINE, TYPES);
        String url = fields.text("url", "");
        String path = fields.text("path", "");
        if (type == ProviderType.HTTP && !isWebAddress(url)) {
            String problem = url.isEmpty() ? "there is none" : Findings.quote(url) + " is not understood";
            fields.error("url", problem + "; expected such as https://example.com/list.yaml");
        }
        if (type == ProviderType.FILE && path.isEmpty()) {
            fields.error("path", "there is none; expected the file that the provider reads");
        }
        return new ProviderFields(
                type,
                type == ProviderType.HTTP ? url : "",
                type == ProviderType.INLINE ? null : path(fields, path, directory, url, options),
                fields.integer("interval", 0, 0, Integer.MAX_VALUE),
                fields.text("proxy", ""),
                header(fields),
                fields.integer("size-limit", 0L, 0, Long.MAX_VALUE));
    }

    private static boolean isWebAddress(String url) {
        String lower = url.toLowerCase(Locale.ROOT);
        return lower.startsWith("http://") || lower.startsWith("https://");
    }

    private static Path path(Fields fields, String path, String directory, String url, ReadOptions options) {
        if (path.isEmpty()) {
            return options.home().resolve(directory).resolve(hash(url));
        }
        Path resolved;
        try {
            resolved = options.home().resolve(path).normalize();
        } catch (InvalidPathException e) {
            fields.error("path", Findings.quote(path) + " is not a path; expected one");
            return options.home();
        }
        if (!options.anyPath() && !resolved.startsWith(options.home())) {
            fields.error(
                    "path",
                    Findings.quote(path) + " is outside of " + options.home() + "; expected a path in it, or "
                            + ReadOptions.ANY_PATH_VARIABLE + "=1 in the environment");
        }
        return resolved;
    }

    /** The name that mihomo gives the file, so that its downloads are found. */
    private static String hash(String url) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            return HexFormat.of().formatHex(md5.digest(url.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    private static Map<String, List<String>> header(Fields fields) {
        Map<String, List<String>> header = new LinkedHashMap<>();
        Fields section = fields.section("header");
        for (Item item : fields.named("header")) {
            header.put(item.name(), List.copyOf(section.textOrTexts(item.name())));
        }
        return header;
    }
}
