// SPDX-License-Identifier: GPL-2.0-or-later
// Java: threads, garbage collection, sockets, mapped files, children. Prints what it found as JSON.
import java.io.RandomAccessFile;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.ArrayList;
import java.util.List;

public class Works {
	static long threads() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(16);
		List<Future<Integer>> results = new ArrayList<>();
		for (int i = 0; i < 64; i++) {
			final int own = i;
			results.add(pool.submit(() -> {
				byte[][] garbage = new byte[64][];
				for (int j = 0; j < garbage.length; j++)
					garbage[j] = new byte[1 << 14];
				return own;
			}));
		}
		long sum = 0;
		for (Future<Integer> result : results)
			sum += result.get(20, TimeUnit.SECONDS);
		pool.shutdown();
		return sum;
	}

	static boolean collected() {
		System.gc();
		long count = 0;
		for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans())
			count += collector.getCollectionCount();
		return count > 0;
	}

	// A server that waits with a selector (epoll), and a client.
	static String echo(String address) throws Exception {
		try (ServerSocketChannel server = ServerSocketChannel.open(); Selector selector = Selector.open()) {
			server.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
			server.configureBlocking(false);
			server.register(selector, SelectionKey.OP_ACCEPT);
			CompletableFuture<Void> serving = CompletableFuture.runAsync(() -> {
				try {
					selector.select(10000);
					try (SocketChannel peer = server.accept()) {
						ByteBuffer data = ByteBuffer.allocate(5);
						while (data.hasRemaining() && peer.read(data) >= 0);
						peer.write(ByteBuffer.wrap(new String(data.array()).toUpperCase().getBytes()));
					}
				} catch (Exception failed) {
					throw new RuntimeException(failed);
				}
			});
			try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
				client.write(ByteBuffer.wrap("hello".getBytes()));
				ByteBuffer data = ByteBuffer.allocate(5);
				while (data.hasRemaining() && client.read(data) >= 0);
				serving.get(10, TimeUnit.SECONDS);
				return new String(data.array());
			}
		}
	}

	static int mapped() throws Exception {
		Path path = Path.of("java.mapped");
		try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw"); FileChannel channel = file.getChannel()) {
			MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 1L << 32, 1 << 20);
			memory.putInt(4, 4242);
			memory.force();
			file.seek((1L << 32) + 4);
			return file.readInt();
		} finally {
			Files.delete(path);
		}
	}

	static String child() throws Exception {
		Process process = new ProcessBuilder("sh", "-c", "echo child").start();
		String out = new String(process.getInputStream().readAllBytes()).trim();
		return out + " " + process.waitFor();
	}

	static boolean loopback() throws Exception {
		for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces()))
			for (InetAddress address : Collections.list(one.getInetAddresses()))
				if (one.isLoopback() && address.getHostAddress().equals("127.0.0.1"))
					return true;
		return false;
	}

	public static void main(String[] arguments) throws Exception {
		System.out.printf("{\"sum\": %d, \"collected\": %b, \"tcp4\": \"%s\", \"tcp6\": \"%s\", \"mapped\": %d, \"child\": \"%s\","
				+ " \"lo\": %b, \"localhost\": %b, \"user\": \"%s\"}%n", threads(), collected(), echo("127.0.0.1"), echo("::1"), mapped(),
				child(), loopback(), InetAddress.getByName("localhost").isLoopbackAddress(), System.getProperty("user.name"));
	}
}
