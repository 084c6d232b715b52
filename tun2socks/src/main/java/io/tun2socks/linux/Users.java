package io.tun2socks.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.OptionalLong;
import java.util.function.Function;

/** Names and numbers of users and groups, from the system's own databases. One thread at a time, as libc demands. */
public final class Users {
    // struct passwd and struct group both begin with two pointers (name, password) and the number behind them.
    private static final long NUMBER_OFFSET = 2L * Native.POINTER_SIZE;

    private Users() {}

    /**
     * Finds a user.
     *
     * @param nameOrNumber a user name or number
     * @return the user number, or empty if no user has the name
     */
    public static synchronized OptionalLong userId(String nameOrNumber) {
        return id(nameOrNumber, Libc::getpwnam);
    }

    /**
     * Finds a group.
     *
     * @param nameOrNumber a group name or number
     * @return the group number, or empty if no group has the name
     */
    public static synchronized OptionalLong groupId(String nameOrNumber) {
        return id(nameOrNumber, Libc::getgrnam);
    }

    /**
     * Names a user.
     *
     * @param uid a user number
     * @return the user's name, or the number in digits
     */
    public static synchronized String userName(long uid) {
        return name(uid, Libc.getpwuid((int) uid));
    }

    /**
     * Names a group.
     *
     * @param gid a group number
     * @return the group's name, or the number in digits
     */
    public static synchronized String groupName(long gid) {
        return name(gid, Libc.getgrgid((int) gid));
    }

    private static OptionalLong id(String nameOrNumber, Function<String, Pointer> lookup) {
        if (!nameOrNumber.isEmpty()
                && nameOrNumber.length() <= 10
                && nameOrNumber.chars().allMatch(c -> c >= '0' && c <= '9')) {
            // The highest number means "nobody set" to the kernel.
            long number = Long.parseLong(nameOrNumber);
            return number < 0xffff_ffffL ? OptionalLong.of(number) : OptionalLong.empty();
        }
        Pointer entry = lookup.apply(nameOrNumber);
        return entry == null ? OptionalLong.empty() : OptionalLong.of(entry.getInt(NUMBER_OFFSET) & 0xffff_ffffL);
    }

    private static String name(long number, Pointer entry) {
        return entry == null ? Long.toString(number) : entry.getPointer(0).getString(0);
    }
}
