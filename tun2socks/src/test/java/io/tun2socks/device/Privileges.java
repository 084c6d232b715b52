package io.tun2socks.device;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Takes things away from the calling thread alone, which a test throws away afterwards. */
final class Privileges {
    private static final int CLONE_FS = 0x200;
    private static final int CLONE_NEWNS = 0x20000;
    private static final long MS_REC_PRIVATE = 0x4000 | 0x40000;
    private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    private Privileges() {}

    /** Drops all capabilities of the calling thread. */
    static void dropOnThisThread() {
        byte[] header = ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putInt(LINUX_CAPABILITY_VERSION_3)
                .array();
        Calls.capset(header, new byte[24]);
    }

    /** Hides a directory from the calling thread under an empty file system. */
    static void hideOnThisThread(String directory) {
        Calls.unshare(CLONE_FS | CLONE_NEWNS);
        Calls.mount("none", "/", null, new NativeLong(MS_REC_PRIVATE), Pointer.NULL);
        Calls.mount("none", directory, "tmpfs", new NativeLong(0), Pointer.NULL);
    }

    private static final class Calls {
        static {
            Native.register(Calls.class, "c");
        }

        static native int capset(byte[] header, byte[] data) throws LastErrorException;

        static native int unshare(int flags) throws LastErrorException;

        static native int mount(String source, String target, String type, NativeLong flags, Pointer data)
                throws LastErrorException;
    }
}
