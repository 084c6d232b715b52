package io.tun2socks.outbound;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Epoll event loops on which half-closed connections live on; all loops of the program are made with this factory.
 *
 * <p>Netty since its change 16689 (4.2.18 has it) takes a channel out of the epoll set when there is nothing left to
 * wait for, which is so when the peer has sent its FIN and no write is pending, but does not note that it did. When the
 * channel then has to wait again, because the socket's send buffer is full, {@code epoll_ctl} fails with ENOENT and the
 * connection is closed with its data. Before that change the channel stayed in the set with no events, and a reset made
 * the loop spin. Here it stays with EPOLLET alone: errors are told once, and waiting again works.
 */
public final class EpollLoops {
    private EpollLoops() {}

    /** Returns what {@code MultiThreadIoEventLoopGroup} needs; throws if epoll's native library is not there. */
    public static IoHandlerFactory factory() {
        IoHandlerFactory plain = EpollIoHandler.newFactory();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new Handler(plain.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return plain.isChangingThreadSupported();
            }
        };
    }

    private record Handler(IoHandler plain) implements IoHandler {
        @Override
        public void initialize() {
            plain.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return plain.run(context);
        }

        @Override
        public void prepareToDestroy() {
            plain.prepareToDestroy();
        }

        @Override
        public void destroy() {
            plain.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return new Registration(plain.register(handle));
        }

        @Override
        public void wakeup() {
            plain.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return plain.isCompatible(handleType);
        }
    }

    private static final class Registration implements IoRegistration {
        private final IoRegistration plain;
        private volatile boolean inSet;

        Registration(IoRegistration plain) {
            this.plain = plain;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature.
        public <T> T attachment() {
            return plain.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            boolean nothing = ops.equals(EpollIoOps.NONE);
            if (nothing && inSet) {
                return plain.submit(EpollIoOps.EPOLLET);
            }
            inSet |= !nothing;
            return plain.submit(ops);
        }

        @Override
        public boolean isValid() {
            return plain.isValid();
        }

        @Override
        public boolean cancel() {
            return plain.cancel();
        }
    }
}
