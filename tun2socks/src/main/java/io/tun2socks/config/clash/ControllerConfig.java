package io.tun2socks.config.clash;

import java.util.List;

/**
 * The keys {@code external-*} and {@code secret}.
 *
 * @param address where the REST API listens, {@code host:port}; empty for nowhere
 * @param tlsAddress where it listens with TLS; empty for nowhere
 * @param unixSocket the socket's file; empty for none
 * @param secret what requests must carry; empty for nothing
 * @param allowOrigins origins that browsers may ask from
 * @param allowPrivateNetwork whether pages of public sites may ask
 * @param ui the directory of a dashboard; empty for none
 * @param uiName its directory below {@code ui}; empty for {@code ui} itself
 * @param uiUrl where it is fetched
 * @param dohServer the path at which DNS over HTTPS is answered; empty for none
 */
public record ControllerConfig(
        String address,
        String tlsAddress,
        String unixSocket,
        String secret,
        List<String> allowOrigins,
        boolean allowPrivateNetwork,
        String ui,
        String uiName,
        String uiUrl,
        String dohServer) {
    /** Copies the list. */
    public ControllerConfig {
        allowOrigins = List.copyOf(allowOrigins);
    }

    /** Returns everything but the secret. */
    @Override
    public String toString() {
        return "ControllerConfig[address=" + address + ", tlsAddress=" + tlsAddress + ", unixSocket=" + unixSocket
                + ", ui=" + ui + "]";
    }
}
