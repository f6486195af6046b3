"""A real redis-server on a free port of loopback, which survives being killed."""

import contextlib
import os
import socket
import subprocess
import time


class Store:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder]
        # What was answered is on disk, as a store of refresh tokens should have it.
        command += ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.time() + 20
        while time.time() < end:
            with contextlib.suppress(OSError, RuntimeError):
                self.ask("PING")
                return
            time.sleep(0.02)
        raise RuntimeError("redis-server does not start")

    def kill(self):
        self.process.kill()
        self.process.wait()

    close = kill

    def ask(self, *words):
        """The answer to one command, as far as it is a line or a text."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection, connection.makefile("rwb") as file:
            file.write(b"*%d\r\n" % len(words))
            for word in words:
                file.write(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()))
            file.flush()
            line = file.readline().rstrip(b"\r\n")
            if line.startswith(b"-"):
                raise RuntimeError(line.decode())
            return file.read(int(line[1:])).decode() if line.startswith(b"$") else line.decode()

    def forget_counts(self):
        self.ask("CONFIG", "RESETSTAT")

    def counts(self):
        """Requests and connections since."""
        lines = (self.ask("INFO", "commandstats") + self.ask("INFO", "stats")).splitlines()
        found = dict(line.split(":", 1) for line in lines if ":" in line)
        evals = found.get("cmdstat_eval", "calls=0").split(",")[0]
        return int(evals.removeprefix("calls=")), int(found["total_connections_received"])
