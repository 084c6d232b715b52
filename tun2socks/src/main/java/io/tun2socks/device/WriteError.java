package io.tun2socks.device;

import io.netty.channel.unix.Errors.NativeIoException;
import io.tun2socks.linux.Errno;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/** What a failed write to a TUN device means. */
enum WriteError {
    /** The packet is lost, the next may go through: the device is down or full. */
    LOST,
    /** The kernel does not take the packet for one. */
    REJECTED,
    /** There is no device any more. */
    GONE;

    static WriteError of(IOException e) {
        if (e instanceof ClosedChannelException) {
            // Netty's form of EBADF.
            return GONE;
        }
        if (!(e instanceof NativeIoException nativeError)) {
            return LOST;
        }
        return switch (-nativeError.expectedErr()) {
            case Errno.EINVAL -> REJECTED;
            case Errno.EBADFD, Errno.ENODEV, Errno.ENXIO -> GONE;
            default -> LOST;
        };
    }
}
