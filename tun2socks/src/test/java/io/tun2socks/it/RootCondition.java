package io.tun2socks.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** What {@link RequiresRoot} does. */
final class RootCondition implements ExecutionCondition {
    private static final String REQUIRE = "TUN2SOCKS_REQUIRE_ROOT";
    private static final List<String> DIRECTORIES = Stream.concat(
                    Stream.of(System.getenv("PATH").split(":", -1)), Stream.of("/usr/sbin", "/sbin"))
            .distinct()
            .toList();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String[] tools = context.getElement()
                .flatMap(element -> AnnotationSupport.findAnnotation(element, RequiresRoot.class))
                .map(RequiresRoot::tools)
                .orElse(new String[0]);
        List<String> missing = missing(tools);
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("everything needed is there");
        }
        String message = "needs " + String.join(", ", missing) + " (scripts/test installs the tools)";
        if (Boolean.parseBoolean(System.getenv(REQUIRE)) || Boolean.getBoolean(REQUIRE)) {
            throw new IllegalStateException(message + "; " + REQUIRE + " forbids to skip it");
        }
        return ConditionEvaluationResult.disabled(message);
    }

    private static List<String> missing(String[] tools) {
        List<String> missing = new ArrayList<>();
        if (!isRoot()) {
            missing.add("root");
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            missing.add("/dev/net/tun");
        }
        Stream.concat(Stream.of("ip", "nft", "kill", "bash"), Stream.of(tools))
                .filter(tool -> !onPath(tool))
                .forEach(missing::add);
        return missing;
    }

    private static boolean isRoot() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.anyMatch(line -> line.startsWith("Uid:") && line.split("\\s+", 4)[2].equals("0"));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean onPath(String tool) {
        return DIRECTORIES.stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory).resolve(tool)));
    }
}
