// The demonstration jar: answers on PORT, asks siblings of its group, and counts lines on standard output.

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

public final class Hello {
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    String group = System.getenv().getOrDefault("ORCH_GROUP_ADDRESS", "127.0.0.1");
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("/", exchange -> answer(exchange, 200, "hello from the jar\n"));
    server.createContext("/cgi-bin/sibling", exchange -> sibling(exchange, group));
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.start();
    for (long line = 0; ; line++) {
      System.out.println("jar line " + line);
      System.out.flush();
      Thread.sleep(500);
    }
  }

  private static void sibling(HttpExchange exchange, String group) throws IOException {
    URL url = URI.create("http://" + group + ":" + Integer.parseInt(exchange.getRequestURI().getQuery()) + "/").toURL();
    var connection = url.openConnection();
    connection.setConnectTimeout(5000);
    connection.setReadTimeout(10000);
    try (InputStream in = connection.getInputStream()) {
      answer(exchange, 200, "the jar asked: " + new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException error) {
      answer(exchange, 502, error + "\n");
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }
}
