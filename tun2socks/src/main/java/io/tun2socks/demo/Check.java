package io.tun2socks.demo;

/**
 * One thing that the demo tried.
 *
 * @param what what was tried, for people
 * @param passed whether it came out as it should
 * @param result what came out, for people
 */
record Check(String what, boolean passed, String result) {
    /** Something to try. */
    @FunctionalInterface
    interface Attempt {
        /**
         * Tries it.
         *
         * @return what came out, for people
         * @throws Exception if it did not come out as it should; the message says what did
         */
        String run() throws Exception;
    }

    /** Tries something; whatever it throws is a failed check. */
    static Check of(String what, Attempt attempt) {
        try {
            return new Check(what, true, attempt.run());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Check(what, false, "interrupted");
        } catch (Exception e) {
            String message = e.getMessage();
            return new Check(what, false, message == null ? e.toString() : message.strip());
        }
    }

    @Override
    public String toString() {
        return String.format("  %-6s  %-38s %s", passed ? "ok" : "FAILED", what, result);
    }
}
