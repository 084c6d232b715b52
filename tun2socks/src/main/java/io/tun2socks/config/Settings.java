package io.tun2socks.config;

import io.tun2socks.device.TunSpec;
import io.tun2socks.engine.EngineOptions;
import io.tun2socks.outbound.SocketSettings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run of the proxy was asked to do, checked.
 *
 * @param device the device to open
 * @param pcap the file that packets are written to, if any
 * @param proxy the URL of the upstream, with its protocol
 * @param sockets what upstream sockets get
 * @param engine limits and times
 * @param hooks commands of the user
 * @param logLevel what to log
 * @param restApi where the REST API was asked for
 * @param multicast whether multicast groups were asked for
 */
public record Settings(
        TunSpec device,
        Optional<Path> pcap,
        String proxy,
        SocketSettings sockets,
        EngineOptions engine,
        Hooks hooks,
        LogLevel logLevel,
        Optional<RestApiAddress> restApi,
        boolean multicast) {

    /**
     * Commands of the user, each as written or empty for none.
     *
     * @param preUp before the device is opened
     * @param postUp when all is up
     * @param preDown first when stopping
     * @param postDown last when stopping
     */
    public record Hooks(String preUp, String postUp, String preDown, String postDown) {}
}
