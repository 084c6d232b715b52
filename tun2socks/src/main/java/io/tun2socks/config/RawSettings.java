package io.tun2socks.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Settings as they were written, with the place where each was written; not thread-safe. */
public final class RawSettings {
    private final Map<Setting, Value> values = new EnumMap<>(Setting.class);

    /** Makes an empty collection. */
    public RawSettings() {}

    /**
     * Sets a value; the last one counts.
     *
     * @param setting what is set
     * @param origin where it was written, for messages: {@code --mtu} or {@code config.yaml:3:6: mtu}
     * @param texts the values as written; several only for lists
     */
    public void put(Setting setting, String origin, List<String> texts) {
        values.put(setting, new Value(origin, List.copyOf(texts)));
    }

    /**
     * Adds to a list, or begins it.
     *
     * @param setting what is set
     * @param origin where it was written
     * @param texts the values as written
     */
    public void append(Setting setting, String origin, List<String> texts) {
        List<String> all = new ArrayList<>();
        Value before = values.get(setting);
        if (before != null) {
            all.addAll(before.texts);
        }
        all.addAll(texts);
        put(setting, origin, all);
    }

    /**
     * Lays other settings over these: what is set there wins.
     *
     * @param above the other settings
     * @return the settings that were set here to something else and have been covered
     */
    public List<Setting> overlay(RawSettings above) {
        List<Setting> covered = new ArrayList<>();
        above.values.forEach((setting, value) -> {
            Value before = values.put(setting, value);
            if (before != null && !Objects.equals(before.texts, value.texts)) {
                covered.add(setting);
            }
        });
        return covered;
    }

    /**
     * Compares with other settings.
     *
     * @param other the others
     * @return what is set to something else there, or only here or there; in the order of {@link Setting}
     */
    public List<Setting> differences(RawSettings other) {
        return Arrays.stream(Setting.values())
                .filter(setting -> !texts(setting).equals(other.texts(setting)))
                .toList();
    }

    /**
     * Returns a single value.
     *
     * @param setting which
     * @return the text as written, if set
     */
    public Optional<String> text(Setting setting) {
        Value value = values.get(setting);
        return value == null || value.texts.isEmpty() ? Optional.empty() : Optional.of(value.texts.get(0));
    }

    /**
     * Returns a list.
     *
     * @param setting which
     * @return its values, empty if not set
     */
    public List<String> texts(Setting setting) {
        Value value = values.get(setting);
        return value == null ? List.of() : value.texts;
    }

    /**
     * Tells where a value was written.
     *
     * @param setting which
     * @return for messages; the flag if it was not set
     */
    public String origin(Setting setting) {
        Value value = values.get(setting);
        return value == null ? "--" + setting.flag() : value.origin;
    }

    private record Value(String origin, List<String> texts) {}
}
