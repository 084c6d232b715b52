package io.tun2socks.outbound;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Fails a test class whose tests let a buffer go without releasing it: Netty's detector tells by its log only. */
public final class Leaks implements BeforeAllCallback, AfterAllCallback {
    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();

    private static Logger detectorLog() {
        return (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        reports.start();
        detectorLog().addAppender(reports);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        for (int i = 0; i < 3; i++) {
            System.gc();
            // A new buffer makes the detector look at what the collector has found.
            Unpooled.directBuffer(16).release();
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        detectorLog().detachAppender(reports);
        List<String> messages =
                reports.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        if (!messages.isEmpty()) {
            throw new AssertionError("leaked buffers: " + messages);
        }
    }
}
