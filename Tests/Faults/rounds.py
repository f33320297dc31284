"""Something that is done again and again while other things go on."""

import threading


class Rounds:
    """Calls `round` every `PAUSE` seconds, in a thread of its own, from `begin` to `end`."""

    PAUSE = 0.5

    def __init__(self):
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._rounds)

    def begin(self):
        self._thread.start()
        return self

    def end(self):
        self._ended.set()
        self._thread.join()

    def round(self):
        raise NotImplementedError

    def _rounds(self):
        while not self._ended.wait(self.PAUSE):
            self.round()
