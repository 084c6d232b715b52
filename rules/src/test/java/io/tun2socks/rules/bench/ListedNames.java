package io.tun2socks.rules.bench;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Different names as they stand in published lists: words of syllables, one or two of them to a label, sometimes a number;
 * a third with labels below the registered name; top-level domains as unequal as real ones. The same for the same seed.
 */
final class ListedNames {
    private static final String[] TOP = {
        "com", "com", "com", "com", "com", "com", "com", "com", "cn", "cn", "net", "net", "org", "com.cn", "ru", "de",
        "info", "top", "xyz", "co.uk", "io", "jp", "com.br", "fr", "site", "online", "club", "shop", "us", "biz"
    };
    private static final String[] BELOW = {
        "www", "cdn", "img", "ads", "static", "api", "track", "m", "log", "s1", "media", "a"
    };
    private static final String ONSETS = "bcdfghjklmnpqrstvwxyz";
    private static final String[] VOWELS = {"a", "e", "i", "o", "u", "ai", "ee", "ou", "ia", "ao"};
    private static final String[] CODAS = {"", "", "", "n", "r", "s", "t", "l", "ng", "ck", "x"};

    private final Random random;
    private final String[] words = new String[20_000];

    ListedNames(long seed) {
        random = new Random(seed);
        for (int i = 0; i < words.length; i++) {
            StringBuilder word = new StringBuilder();
            int syllables = 1 + random.nextInt(3);
            for (int k = 0; k < syllables; k++) {
                word.append(ONSETS.charAt(random.nextInt(ONSETS.length())))
                        .append(VOWELS[random.nextInt(VOWELS.length)])
                        .append(CODAS[random.nextInt(CODAS.length)]);
            }
            words[i] = word.toString();
        }
    }

    List<String> different(int count) {
        Set<String> seen = new HashSet<>(count * 2);
        List<String> names = new ArrayList<>(count);
        while (names.size() < count) {
            String name = next();
            if (seen.add(name)) {
                names.add(name);
            }
        }
        return names;
    }

    String next() {
        StringBuilder name = new StringBuilder();
        if (random.nextInt(3) == 0) {
            name.append(BELOW[random.nextInt(BELOW.length)]);
            if (random.nextInt(2) == 0) {
                name.append(random.nextInt(100));
            }
            name.append('.');
        }
        name.append(word());
        int form = random.nextInt(10);
        if (form < 6) {
            name.append(form == 0 ? "-" : "").append(word());
        }
        if (form > 7) {
            name.append(random.nextInt(1000));
        }
        return name.append('.').append(TOP[random.nextInt(TOP.length)]).toString();
    }

    private String word() {
        return words[random.nextInt(words.length)];
    }
}
