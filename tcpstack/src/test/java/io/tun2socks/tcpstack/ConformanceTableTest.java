package io.tun2socks.tcpstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/tcp.md} names tests that exist, and leaves out no class with tests named after RFCs. */
class ConformanceTableTest {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path TABLE = MODULE.resolve("../docs/tcp.md");
    private static final Path UNIT_TESTS = MODULE.resolve("src/test/java");
    private static final Path INTEGRATION_TESTS = MODULE.resolve("../tun2socks/src/test/java/io/tun2socks/it");

    /** What stands in the table: {@code `Class`} or {@code `Class.method`}. */
    private static final Pattern REFERENCE = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");

    private static final Pattern ANNOTATION = Pattern.compile("    @(Test|ParameterizedTest|Property)\\b.*");
    private static final Pattern METHOD = Pattern.compile("    void (\\w+)\\(.*");
    private static final Pattern RFC = Pattern.compile("rfc\\d.*");

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Map<String, Set<String>> tests = testsBelow(UNIT_TESTS);
        tests.putAll(testsBelow(INTEGRATION_TESTS));
        Set<String> unknown = new TreeSet<>();
        Matcher reference = REFERENCE.matcher(Files.readString(TABLE));
        int found = 0;
        while (reference.find()) {
            found++;
            Set<String> methods = tests.getOrDefault(reference.group(1), Set.of());
            if (methods.isEmpty() || (reference.group(2) != null && !methods.contains(reference.group(2)))) {
                unknown.add(reference.group());
            }
        }
        assertThat(found).as("tests named in %s", TABLE).isGreaterThan(100);
        assertThat(unknown)
                .as("tests named in docs/tcp.md that are neither in %s nor in %s", UNIT_TESTS, INTEGRATION_TESTS)
                .isEmpty();
    }

    @Test
    void everyClassWithTestsNamedAfterRfcsIsThere() throws IOException {
        Set<String> named = new TreeSet<>();
        REFERENCE.matcher(Files.readString(TABLE)).results().forEach(match -> named.add(match.group(1)));
        Set<String> missing = new TreeSet<>();
        testsBelow(UNIT_TESTS).forEach((name, methods) -> {
            if (methods.stream().anyMatch(method -> RFC.matcher(method).matches()) && !named.contains(name)) {
                missing.add(name);
            }
        });
        assertThat(missing)
                .as("classes with tests named after RFCs, whose behaviours docs/tcp.md does not tell")
                .isEmpty();
    }

    @Test
    void everyRowHasAsManyCellsAsTheHeadOfItsTable() throws IOException {
        int cells = 0;
        List<String> wrong = new ArrayList<>();
        for (String line : Files.readAllLines(TABLE)) {
            int here = line.startsWith("|") ? line.split("\\|", -1).length : 0;
            if (cells > 0 && here > 0 && here != cells) {
                wrong.add(line);
            }
            cells = here;
        }
        assertThat(wrong).isEmpty();
    }

    /** Returns the names of the tests of each class whose source lies below a directory, by its simple name. */
    private static Map<String, Set<String>> testsBelow(Path directory) throws IOException {
        Map<String, Set<String>> tests = new HashMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                Set<String> before = tests.put(name, testsIn(file));
                assertThat(before == null || before.isEmpty())
                        .as("that there is one class %s only", name)
                        .isTrue();
            }
        }
        return tests;
    }

    private static Set<String> testsIn(Path file) throws IOException {
        Set<String> tests = new TreeSet<>();
        boolean annotated = false;
        for (String line : Files.readAllLines(file)) {
            Matcher method = METHOD.matcher(line);
            if (ANNOTATION.matcher(line).matches()) {
                annotated = true;
            } else if (annotated && method.matches()) {
                tests.add(method.group(1));
                annotated = false;
            }
        }
        return tests;
    }
}
