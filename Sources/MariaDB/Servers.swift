/// The servers that hold the same database, as the option file names them (`host=a,b,c`), and which
/// of them is asked first. libmariadb itself goes on to the next where none listens; this is for a
/// server that listens and is of no use.
struct Servers {
  /// Known once one of them was reached.
  private var hosts: [Substring] = []
  /// The place in `hosts` of the one to be asked first.
  private var first = 0

  /// The hosts to try, in their order; nil: as the option file has it.
  var order: String? {
    first == 0 ? nil : (hosts[first...] + hosts[..<first]).joined(separator: ",")
  }

  var count: Int { hosts.count }

  /// Keeps the option file's list; it is empty for a local socket.
  mutating func learn(_ list: String) {
    if hosts.isEmpty { hosts = list.split(separator: ",") }
  }

  /// The next connection asks another one first.
  mutating func passOver(_ host: String) {
    let place = hosts.firstIndex { $0 == host || $0.hasPrefix(host + ":") } ?? first
    first = hosts.isEmpty ? 0 : (place + 1) % hosts.count
  }

  /// As `passOver`, for the one that is asked first now.
  mutating func passOverFirst() {
    first = hosts.isEmpty ? 0 : (first + 1) % hosts.count
  }

  /// The next connection asks them in the option file's order again.
  mutating func beginAnew() { first = 0 }
}
