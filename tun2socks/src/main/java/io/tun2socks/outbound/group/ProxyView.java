package io.tun2socks.outbound.group;

import java.util.List;

/**
 * A proxy, or a group as a member, as people see it.
 *
 * @param name its name
 * @param type as mihomo prints it, such as {@code Socks5}
 * @param udp whether UDP may go through it now
 * @param alive whether its last check had a good answer, or there was none
 * @param delay milliseconds of the last check; 0 if there was none, or no answer
 * @param history the last checks, the oldest first, at most 10
 */
public record ProxyView(String name, String type, boolean udp, boolean alive, int delay, List<HealthRecord> history) {
    /** Copies the list. */
    public ProxyView {
        history = List.copyOf(history);
    }
}
