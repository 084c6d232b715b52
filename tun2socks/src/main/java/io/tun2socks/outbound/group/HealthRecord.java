package io.tun2socks.outbound.group;

import java.time.Instant;

/**
 * One check.
 *
 * @param time when it ended
 * @param delay milliseconds until the answer; 0 if there was none
 */
public record HealthRecord(Instant time, int delay) {}
