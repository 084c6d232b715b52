package io.tun2socks.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The program curl, a process for each request; the bodies go through pipes. */
final class CurlClient implements WebClient {
    // No proxy and no configuration of the user: the connection must go the way of the kernel's routes.
    private static final List<String> COMMAND = List.of(
            "curl", "-q", "--noproxy", "*", "--globoff", "--silent", "--show-error", "--fail", "--max-time", "60");

    @Override
    public String name() {
        return "curl";
    }

    @Override
    public <T> T get(String url, Reader<T> reader) throws IOException, InterruptedException {
        return run(List.of(url), out -> {}, reader);
    }

    @Override
    public String post(String url, long length, Body body) throws IOException, InterruptedException {
        List<String> arguments = List.of("--upload-file", "-", "--request", "POST", "--header", "Expect:", url);
        return run(arguments, body, in -> new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }

    private static <T> T run(List<String> arguments, Body body, Reader<T> reader)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(COMMAND);
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).start();
        try {
            CompletableFuture<String> errors = onThread("curl-errors", () -> text(process.getErrorStream()));
            CompletableFuture<IOException> written = onThread("curl-body", () -> write(process, body));
            T answer;
            try (InputStream in = process.getInputStream()) {
                answer = reader.readFrom(in);
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException(
                        "curl ends with " + status + ": " + errors.join().strip());
            }
            IOException failure = written.join();
            if (failure != null) {
                throw new IOException("curl did not take the whole body: " + failure.getMessage(), failure);
            }
            return answer;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Does blocking work on a thread of its own: a shared pool may have one thread only. */
    private static <T> CompletableFuture<T> onThread(String name, Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> result.completeAsync(work, Runnable::run), name);
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private static IOException write(Process process, Body body) {
        try (OutputStream out = process.getOutputStream()) {
            body.writeTo(out);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "its errors cannot be read: " + e.getMessage();
        }
    }
}
