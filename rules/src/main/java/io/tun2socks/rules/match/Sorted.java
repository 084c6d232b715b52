package io.tun2socks.rules.match;

/** Binary searches that the JDK's do not offer in this form. */
final class Sorted {
    private Sorted() {}

    /** Returns the index of the first number that is not less than the one sought; {@code end} if there is none. */
    static int ceiling(int[] numbers, int start, int end, int sought) {
        int low = start;
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (numbers[middle] < sought) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns the first number that is not less than the one sought; {@code limit} if there is none below it. */
    static int next(int[] numbers, int sought, int limit) {
        int index = ceiling(numbers, 0, numbers.length, sought);
        return index < numbers.length && numbers[index] < limit ? numbers[index] : limit;
    }

    /** Returns the index of the last key that is not greater than the one sought; -1 if there is none. */
    static int floor(long[] keys, long sought) {
        int low = 0;
        int high = keys.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (keys[middle] <= sought) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
