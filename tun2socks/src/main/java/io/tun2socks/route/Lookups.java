package io.tun2socks.route;

import io.netty.channel.EventLoop;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import java.util.function.Consumer;

/** What rules may have looked up about a flow. Any thread calls; answers come on the loop that is named. */
public interface Lookups {
    /** Knows nothing. */
    Lookups NONE = new Lookups() {
        @Override
        public void address(EventLoop loop, String host, Consumer<Ip> answer) {
            answer.accept(null);
        }

        @Override
        public void owner(EventLoop loop, FlowMetadata flow, Runnable done) {
            done.run();
        }
    };

    /**
     * Looks a name up.
     *
     * @param loop where the answer is given
     * @param host the normalized name
     * @param answer gets the preferred address, or null if there is none
     */
    void address(EventLoop loop, String host, Consumer<Ip> answer);

    /**
     * Seeks the owner of a flow.
     *
     * @param loop where the flow is completed
     * @param flow gets uid, process and path, as far as they are found
     * @param done called then, whatever was found
     */
    void owner(EventLoop loop, FlowMetadata flow, Runnable done);
}
