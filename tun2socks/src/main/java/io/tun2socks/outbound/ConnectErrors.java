package io.tun2socks.outbound;

import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.Errors;
import io.tun2socks.outbound.OutboundException.Reason;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a failed connect means. */
final class ConnectErrors {
    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int ENETUNREACH = 101;
    private static final int ETIMEDOUT = 110;
    private static final int ECONNREFUSED = 111;
    private static final int EHOSTUNREACH = 113;

    /** Netty has the number only in the text of its ConnectException; unlike the rest of it, it is not localised. */
    private static final Pattern ERROR_NUMBER = Pattern.compile("error\\(-?(\\d+)\\)");

    private ConnectErrors() {}

    /**
     * Translates the failure of a connect.
     *
     * @param cause what Netty reports
     * @param address where to
     * @param immediate whether the call itself failed, not the attempt later on
     * @return the exception for the flow
     */
    static OutboundException of(Throwable cause, SocketAddress address, boolean immediate) {
        Reason reason = reasonOf(cause, immediate);
        String detail = switch (reason) {
            case REFUSED -> "connection refused";
            case NETWORK_UNREACHABLE -> "network is unreachable";
            case HOST_UNREACHABLE -> "no route to host";
            case TIMED_OUT -> "timed out";
            case PROHIBITED -> "not permitted";
            case UPSTREAM_FAILED -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
        };
        return new OutboundException(reason, "connect to " + text(address) + ": " + detail, cause);
    }

    /** Returns the error number of a system call, or 0 if the cause does not tell. */
    static int errorNumber(Throwable cause) {
        if (cause instanceof Errors.NativeIoException nativeCause) {
            return -nativeCause.expectedErr();
        }
        String message = cause.getMessage();
        Matcher matcher = message == null ? null : ERROR_NUMBER.matcher(message);
        return matcher != null && matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    /** Tells whether a datagram socket reports that its peer's port is closed. */
    static boolean isRefused(Throwable cause) {
        return cause instanceof java.net.PortUnreachableException || errorNumber(cause) == ECONNREFUSED;
    }

    /** Returns {@code host:port}, an IPv6 address in brackets. */
    static String text(SocketAddress address) {
        String text = address.toString();
        return text.substring(text.lastIndexOf('/') + 1);
    }

    private static Reason reasonOf(Throwable cause, boolean immediate) {
        if (cause instanceof ConnectTimeoutException) {
            return Reason.TIMED_OUT;
        }
        if (cause instanceof NoRouteToHostException) {
            // Netty makes one exception of ENETUNREACH and EHOSTUNREACH. The first is what connect(2) itself answers
            // when there is no route; the second comes later, when nobody answers ARP or a router says so.
            return immediate ? Reason.NETWORK_UNREACHABLE : Reason.HOST_UNREACHABLE;
        }
        if (cause instanceof ClosedChannelException) {
            return Reason.UPSTREAM_FAILED;
        }
        return switch (errorNumber(cause)) {
            case ECONNREFUSED -> Reason.REFUSED;
            case ENETUNREACH -> Reason.NETWORK_UNREACHABLE;
            case EHOSTUNREACH -> Reason.HOST_UNREACHABLE;
            case ETIMEDOUT -> Reason.TIMED_OUT;
            case EACCES, EPERM -> Reason.PROHIBITED;
            default -> Reason.UPSTREAM_FAILED;
        };
    }
}
