package io.tun2socks.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes each event to standard error in one write, so that lines of several processes do not mix. */
final class StderrAppender extends AppenderBase<ILoggingEvent> {
    private final LineLayout layout;
    private final OutputStream out;

    StderrAppender(LineLayout layout) {
        this.layout = layout;
        this.out = new FileOutputStream(FileDescriptor.err);
        setName("stderr");
    }

    @Override
    protected void append(ILoggingEvent event) {
        try {
            out.write(layout.doLayout(event).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Nobody reads the log any more (a closed pipe or terminal): the proxy goes on without.
            return;
        }
    }
}
