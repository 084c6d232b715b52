package io.tun2socks.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5InitialResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequest;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5CommandType;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequest;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5Message;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequest;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.netty.handler.codec.socksx.v5.Socks5ServerEncoder;
import io.netty.util.ReferenceCountUtil;
import io.tun2socks.demo.EmbeddedSocksServer.Account;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Queue;

/** The server's side of one SOCKS5 handshake; gives way to a {@link SplicedChannel} or stays to keep an association. */
final class SocksRequestHandler extends ChannelInboundHandlerAdapter {
    private final EmbeddedSocksServer server;
    private final Account account;
    /** What came behind the request while the connect was under way. */
    private final Queue<Object> early = new ArrayDeque<>();

    private boolean requested;
    private boolean inputShutdown;

    SocksRequestHandler(EmbeddedSocksServer server, Account account) {
        this.server = server;
        this.account = account;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (requested || !(message instanceof Socks5Message socksMessage)) {
            early.add(message);
        } else if (socksMessage.decoderResult().isFailure()) {
            context.close();
        } else if (socksMessage instanceof Socks5InitialRequest request) {
            chooseMethod(context, request);
        } else if (socksMessage instanceof Socks5PasswordAuthRequest request) {
            authenticate(context, request);
        } else if (socksMessage instanceof Socks5CommandRequest request) {
            requested = true;
            context.channel().config().setAutoRead(false);
            execute(context, request);
        }
    }

    private void chooseMethod(ChannelHandlerContext context, Socks5InitialRequest request) {
        Socks5AuthMethod wanted = account == null ? Socks5AuthMethod.NO_AUTH : Socks5AuthMethod.PASSWORD;
        if (request.authMethods().contains(wanted)) {
            context.writeAndFlush(new DefaultSocks5InitialResponse(wanted));
        } else {
            context.writeAndFlush(new DefaultSocks5InitialResponse(Socks5AuthMethod.UNACCEPTED))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void authenticate(ChannelHandlerContext context, Socks5PasswordAuthRequest request) {
        if (request.username().equals(account.user()) && request.password().equals(account.password())) {
            context.writeAndFlush(new DefaultSocks5PasswordAuthResponse(Socks5PasswordAuthStatus.SUCCESS));
        } else {
            context.writeAndFlush(new DefaultSocks5PasswordAuthResponse(Socks5PasswordAuthStatus.FAILURE))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void execute(ChannelHandlerContext context, Socks5CommandRequest request) {
        if (request.type().equals(Socks5CommandType.CONNECT)) {
            connect(context, request);
        } else if (request.type().equals(Socks5CommandType.UDP_ASSOCIATE)) {
            associate(context);
        } else {
            refuse(context, Socks5CommandStatus.COMMAND_UNSUPPORTED);
        }
    }

    private void connect(ChannelHandlerContext context, Socks5CommandRequest request) {
        Channel client = context.channel();
        String host = server.hostFor(request.dstAddr());
        if (host == null) {
            refuse(context, Socks5CommandStatus.HOST_UNREACHABLE);
            return;
        }
        new Bootstrap()
                .group(client.eventLoop())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new SplicedChannel(client))
                .connect(host, request.dstPort())
                .addListener((ChannelFutureListener) future -> {
                    if (future.isSuccess()) {
                        server.track(future.channel());
                        server.countConnect();
                        splice(context, future.channel());
                    } else {
                        refuse(context, statusOf(future.cause()));
                    }
                });
    }

    private void splice(ChannelHandlerContext context, Channel destination) {
        Channel client = context.channel();
        if (!client.isActive()) {
            destination.close();
            return;
        }
        context.writeAndFlush(success((InetSocketAddress) destination.localAddress()));
        SplicedChannel splice = new SplicedChannel(destination);
        client.pipeline().addLast(splice);
        // Each decoder hands on what it still holds when it is removed, so the order is that of the bytes.
        removeIfThere(client, Socks5InitialRequestDecoder.class);
        removeIfThere(client, Socks5PasswordAuthRequestDecoder.class);
        removeIfThere(client, Socks5CommandRequestDecoder.class);
        client.pipeline().remove(Socks5ServerEncoder.class);
        while (!early.isEmpty()) {
            context.fireChannelRead(early.remove());
        }
        if (inputShutdown) {
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        client.pipeline().remove(this);
        destination.flush();
        client.config().setAutoRead(true);
        destination.config().setAutoRead(true);
    }

    private static void removeIfThere(Channel channel, Class<? extends ChannelInboundHandlerAdapter> handler) {
        if (channel.pipeline().get(handler) != null) {
            channel.pipeline().remove(handler);
        }
    }

    private void associate(ChannelHandlerContext context) {
        Channel client = context.channel();
        InetAddress local = ((InetSocketAddress) client.localAddress()).getAddress();
        InetAddress peer = ((InetSocketAddress) client.remoteAddress()).getAddress();
        new Bootstrap()
                .group(client.eventLoop())
                .channel(EpollDatagramChannel.class)
                .handler(new SocksUdpRelay(peer, server::hostFor))
                .option(ChannelOption.RECVBUF_ALLOCATOR, SocksUdpRelay.READS)
                .bind(new InetSocketAddress(local, 0))
                .addListener((ChannelFutureListener) future -> {
                    if (!future.isSuccess()) {
                        refuse(context, Socks5CommandStatus.FAILURE);
                        return;
                    }
                    server.track(future.channel());
                    server.countAssociation();
                    client.closeFuture().addListener(closed -> future.channel().close());
                    client.writeAndFlush(
                            success((InetSocketAddress) future.channel().localAddress()));
                    client.config().setAutoRead(true);
                });
    }

    private static DefaultSocks5CommandResponse success(InetSocketAddress bound) {
        Socks5AddressType type =
                bound.getAddress() instanceof Inet6Address ? Socks5AddressType.IPv6 : Socks5AddressType.IPv4;
        return new DefaultSocks5CommandResponse(
                Socks5CommandStatus.SUCCESS, type, bound.getAddress().getHostAddress(), bound.getPort());
    }

    private static void refuse(ChannelHandlerContext context, Socks5CommandStatus status) {
        context.writeAndFlush(new DefaultSocks5CommandResponse(status, Socks5AddressType.IPv4))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private static Socks5CommandStatus statusOf(Throwable cause) {
        if (cause instanceof ConnectTimeoutException || cause instanceof UnknownHostException) {
            return Socks5CommandStatus.HOST_UNREACHABLE;
        }
        if (cause instanceof NoRouteToHostException) {
            return Socks5CommandStatus.NETWORK_UNREACHABLE;
        }
        return cause instanceof ConnectException ? Socks5CommandStatus.CONNECTION_REFUSED : Socks5CommandStatus.FAILURE;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            if (requested) {
                inputShutdown = true;
            } else {
                context.close();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        while (!early.isEmpty()) {
            ReferenceCountUtil.release(early.remove());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
