package io.tun2socks.it;

/** The two versions of IP. */
enum Family {
    V4(Lab.HOST4, Lab.HOST4, "-4"),
    V6(Lab.HOST6, "[" + Lab.HOST6 + "]", "-6");

    private final String host;
    private final String urlHost;
    private final String flag;

    Family(String host, String urlHost, String flag) {
        this.host = host;
        this.urlHost = urlHost;
        this.flag = flag;
    }

    /** The address of the far side's services. */
    String host() {
        return host;
    }

    /** A URL of one of the far side's web servers. */
    String url(int port, String path) {
        return "http://" + urlHost + ":" + port + path;
    }

    /** What tools such as ping take. */
    String flag() {
        return flag;
    }
}
