package io.tun2socks.assembly;

import java.util.List;

/** A configuration cannot be followed. */
public final class AssemblyException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> messages;

    AssemblyException(List<String> messages) {
        super(String.join("\n", messages));
        this.messages = List.copyOf(messages);
    }

    /** Returns all that is wrong, each with file and line. */
    public List<String> messages() {
        return messages;
    }
}
