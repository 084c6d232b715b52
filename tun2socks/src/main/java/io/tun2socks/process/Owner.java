package io.tun2socks.process;

/**
 * The owner of a local flow.
 *
 * @param uid the number of the user that made the socket, 0 to 2^32-1; -1 if unknown
 * @param process the file name of the program; empty if unknown, as it is for other users' programs without privilege
 * @param path the path of the program; empty if unknown
 */
public record Owner(long uid, String process, String path) {
    /** No local process, or none that could be found. */
    public static final Owner UNKNOWN = new Owner(-1, "", "");

    /** Returns the owner of which the program's path is known. */
    static Owner ofPath(long uid, String path) {
        return new Owner(uid, path.substring(path.lastIndexOf('/') + 1), path);
    }
}
