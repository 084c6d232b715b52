package io.tun2socks.device;

/**
 * What has gone through a queue since it was made.
 *
 * @param packetsRead packets read from the device; a super-segment counts as one
 * @param bytesRead bytes in them, without virtio-net headers
 * @param readsDropped packets read that were too short to be any
 * @param packetsWritten packets that the device took
 * @param bytesWritten bytes in them, without virtio-net headers
 * @param writesDropped packets that were lost because the device was full, down or gone
 * @param writesRejected packets that the kernel did not accept as valid
 */
public record QueueStatistics(
        long packetsRead,
        long bytesRead,
        long readsDropped,
        long packetsWritten,
        long bytesWritten,
        long writesDropped,
        long writesRejected) {
    /** Nothing yet. */
    public static final QueueStatistics ZERO = new QueueStatistics(0, 0, 0, 0, 0, 0, 0);
}
