package io.tun2socks.cli;

import io.tun2socks.device.TunInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Prints lists of devices. */
final class DeviceListing {
    private static final List<String> TITLES = List.of(
            "NAME",
            "TYPE",
            "PI",
            "VNET_HDR",
            "MULTI_QUEUE",
            "QUEUES",
            "PERSIST",
            "OWNER",
            "GROUP",
            "MTU",
            "STATE",
            "ATTACHED",
            "ADDRESSES");

    private DeviceListing() {}

    /** A table with a title line, or an empty string if there are no devices. */
    static String table(List<TunInfo> devices) {
        if (devices.isEmpty()) {
            return "";
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(TITLES);
        devices.forEach(device -> rows.add(row(device)));
        int[] widths = new int[TITLES.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining(System.lineSeparator()));
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
        }
        return line.toString().stripTrailing();
    }

    private static List<String> row(TunInfo device) {
        return List.of(
                device.name(),
                device.type(),
                onOff(device.packetInformation()),
                onOff(device.vnetHeader()),
                onOff(device.multiQueue()),
                device.queues() < 0 ? "-" : Integer.toString(device.queues()),
                onOff(device.persistent()),
                orDash(device.owner()),
                orDash(device.group()),
                Integer.toString(device.mtu()),
                device.up() ? "up" : "down",
                device.attached() ? "yes" : "no",
                orDash(String.join(",", device.addresses())));
    }

    private static String onOff(boolean value) {
        return value ? "on" : "off";
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** A JSON array of objects; absent values are left out. */
    static String json(List<TunInfo> devices) {
        return devices.stream().map(DeviceListing::object).collect(Collectors.joining(",", "[", "]"));
    }

    private static String object(TunInfo device) {
        List<String> members = new ArrayList<>();
        members.add("\"name\":" + quote(device.name()));
        members.add("\"type\":" + quote(device.type()));
        members.add("\"pi\":" + device.packetInformation());
        members.add("\"vnet_hdr\":" + device.vnetHeader());
        members.add("\"multi_queue\":" + device.multiQueue());
        if (device.queues() >= 0) {
            members.add("\"queues\":" + device.queues());
        }
        members.add("\"persist\":" + device.persistent());
        if (!device.owner().isEmpty()) {
            members.add("\"owner\":" + quote(device.owner()));
        }
        if (!device.group().isEmpty()) {
            members.add("\"group\":" + quote(device.group()));
        }
        members.add("\"mtu\":" + device.mtu());
        members.add("\"up\":" + device.up());
        members.add("\"attached\":" + device.attached());
        members.add("\"addresses\":"
                + device.addresses().stream().map(DeviceListing::quote).collect(Collectors.joining(",", "[", "]")));
        return "{" + String.join(",", members) + "}";
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
