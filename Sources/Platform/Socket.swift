// A conversation over a socket, as a client has it.

import Glibc

/// Where a program listens.
public enum SocketAddress: Sendable, Equatable {
  case local(path: String)
  case network(host: String, port: String)
}

/// Whether a descriptor is a socket that takes connections.
public func isListening(_ descriptor: Int32) -> Bool {
  var answer: Int32 = 0
  var length = socklen_t(MemoryLayout<Int32>.size)
  let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &answer, &length)
  return result == 0 && answer != 0
}

/// Connects, sends all bytes and reads until the other side closes. A side that answers before it
/// has read everything is listened to all the same. Each wait is at most `seconds` long.
public func converse(
  with address: SocketAddress, sending bytes: [UInt8], seconds: Int = 30
) throws(SystemError) -> [UInt8] {
  // One that reads no more must not end us.
  _ = signal(SIGPIPE, SIG_IGN)
  let descriptor = try connected(to: address, seconds)
  defer { close(descriptor) }
  var sent = 0
  while sent < bytes.count {
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe write(descriptor, buffer.baseAddress! + sent, buffer.count - sent)
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { break }
    sent += count
  }
  var answer: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = unsafe chunk.withUnsafeMutableBytes { buffer in
      unsafe read(descriptor, buffer.baseAddress, buffer.count)
    }
    if count < 0, errno == EINTR { continue }
    // A side that closed with our bytes unread resets the connection behind its answer.
    if count < 0, errno == ECONNRESET, !answer.isEmpty { return answer }
    guard count >= 0 else { throw SystemError("read from", "\(address)") }
    guard count > 0 else { return answer }
    answer += chunk[..<count]
  }
}

private func connected(to address: SocketAddress, _ seconds: Int) throws(SystemError) -> Int32 {
  switch address {
  case .local(let path): return try connected(toPath: path, seconds)
  case .network(let host, let port): return try connected(to: host, port, seconds)
  }
}

private func connected(toPath path: String, _ seconds: Int) throws(SystemError) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let bytes = [UInt8](path.utf8)
  // The last byte stays 0.
  guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
    throw SystemError("connect to", path, code: ENAMETOOLONG)
  }
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
  let descriptor = try openSocket(AF_UNIX, seconds, path)
  let length = socklen_t(MemoryLayout<sockaddr_un>.size)
  let result = unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      unsafe connect(descriptor, address, length)
    }
  }
  guard result == 0 else { throw closing(descriptor, path) }
  return descriptor
}

/// Tries the host's addresses one after the other.
private func connected(
  to host: String, _ port: String, _ seconds: Int
) throws(SystemError) -> Int32 {
  var hints = unsafe addrinfo()
  unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var list: UnsafeMutablePointer<addrinfo>?
  guard unsafe getaddrinfo(host, port, &hints, &list) == 0 else {
    throw SystemError("look up", "\(host):\(port)", code: ENOENT)
  }
  defer { unsafe freeaddrinfo(list) }
  var failure = SystemError("connect to", "\(host):\(port)", code: ENOENT)
  var next = unsafe list
  while let entry = unsafe next {
    let descriptor = try openSocket(unsafe entry.pointee.ai_family, seconds, host)
    if unsafe connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 {
      return descriptor
    }
    failure = closing(descriptor, "\(host):\(port)")
    unsafe next = entry.pointee.ai_next
  }
  throw failure
}

private func openSocket(
  _ family: Int32, _ seconds: Int, _ name: String
) throws(SystemError) -> Int32 {
  let closeOnExec: Int32 = 0o2000000
  let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | closeOnExec, 0)
  guard descriptor >= 0 else { throw SystemError("open a socket to", name) }
  var span = timeval(tv_sec: seconds, tv_usec: 0)
  for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
    unsafe setsockopt(
      descriptor, SOL_SOCKET, option, &span, socklen_t(MemoryLayout<timeval>.size))
  }
  return descriptor
}

private func closing(_ descriptor: Int32, _ name: String) -> SystemError {
  let failure = SystemError("connect to", name)
  close(descriptor)
  return failure
}
