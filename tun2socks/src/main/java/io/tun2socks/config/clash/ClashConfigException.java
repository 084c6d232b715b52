package io.tun2socks.config.clash;

import java.util.List;

/** A configuration says something that cannot be followed. */
public final class ClashConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> messages;

    /**
     * Makes an exception.
     *
     * @param messages all errors that were found, at least one, each with file and line
     */
    public ClashConfigException(List<String> messages) {
        super(String.join("\n", messages));
        this.messages = List.copyOf(messages);
    }

    /** Returns all errors that were found, in the order of their lines. */
    public List<String> messages() {
        return messages;
    }
}
