"""A wire between browsers and nginx that can be cut: each connection goes through this process."""

import selectors
import socket
import struct
import threading


class Wire:
    """Listens on a port of its own and passes everything on, from the address it came from."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._pairs = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                browser, address = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=[browser, address[0]], daemon=True).start()

    def _carry(self, browser, address):
        server = socket.socket()
        pair = (browser, server)
        with self._lock:
            self._pairs.add(pair)
        try:
            server.bind((address, 0))
            server.connect(("127.0.0.1", self.target))
            self._pass_on(browser, server)
        except (OSError, ValueError):
            pass  # refused, reset or cut: both ends see it
        finally:
            with self._lock:
                self._pairs.discard(pair)
            for end in pair:
                end.close()

    @staticmethod
    def _pass_on(browser, server):
        with selectors.DefaultSelector() as ready:
            ready.register(browser, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, browser)
            while True:
                for key, _ in ready.select():
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    key.data.sendall(data)

    def cut(self):
        """Resets every connection, whatever is on its way; returns how many there were."""
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            for end in pair:
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it went by itself meanwhile
        return len(pairs)

    def close(self):
        self.listener.close()
        self.cut()
