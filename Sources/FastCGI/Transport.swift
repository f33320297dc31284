import CFastCGI
import Glibc
import Platform

/// The listening socket on file descriptor 0, and the request in hand (libfcgi).
///
/// We take the connections and libfcgi speaks on them. It would do both, but a signal that arrives
/// while it reads the beginning of a request makes it drop that request; here signals come through
/// between two requests only, so that a restart loses none.
@safe struct FastCGIQueue {
  private let request: UnsafeMutablePointer<FCGX_Request>

  /// Nil where file descriptor 0 is no listening socket: the program was started as plain CGI.
  init?() {
    guard !isPlainCGI, FCGX_Init() == 0 else { return nil }
    unsafe request = .allocate(capacity: 1)
    unsafe request.initialize(to: FCGX_Request())
    // No socket for libfcgi: what it cannot accept, it gives back to us.
    guard unsafe FCGX_InitRequest(request, -1, 0) == 0 else { return nil }
    holdTermination()
  }

  /// Waits for the next request. False when there was none this time: a signal came, or the other
  /// side went away. Throws when the socket is gone.
  func accept() throws(SystemError) -> Bool {
    if unsafe request.pointee.ipcFd < 0 {
      guard let connection = try nextConnection(of: 0, patience: Self.patience) else {
        return false
      }
      // As one that it kept open for the next request.
      unsafe request.pointee.ipcFd = connection
      unsafe request.pointee.keepConnection = 1
    } else if unsafe !waitForInput(request.pointee.ipcFd) {
      breakOff()  // a connection that the web server keeps for later
      return false
    }
    return unsafe FCGX_Accept_r(request) >= 0
  }

  /// Seconds of silence in the middle of a request until it is given up. (Web servers send what
  /// they have.)
  private static let patience = 30

  /// Valid until `reply`.
  var parameters: Parameters {
    unsafe Parameters(request.pointee.envp)
  }

  /// The request's body: `length` bytes, fewer if the other side went away.
  func read(_ length: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      guard let base = buffer.baseAddress, length > 0 else { return }
      let start = unsafe UnsafeMutableRawPointer(base).assumingMemoryBound(to: CChar.self)
      count = unsafe Int(FCGX_GetStr(start, Int32(length), request.pointee.in))
    }
  }

  /// Sends a piece of the answer, and lines that begin it. False where the other side reads no more.
  func write(_ head: [UInt8], _ body: [UInt8], isLast: Bool) -> Bool {
    unsafe head.withUnsafeBytes { head in
      unsafe body.withUnsafeBytes { unsafe request.pointee.send(head, $0, isLast: isLast) }
    }
  }

  /// Ends the request: its answer is whole.
  func finish() {
    let isLastOne = unsafe request.pointee.keepConnection == 0
    // libfcgi would wait until the other side has closed: unread bytes could cut the answer off.
    // After the last that the web server sends there are none.
    if unsafe isLastOne && FCGX_GetChar(request.pointee.in) < 0
      && FCGX_GetError(request.pointee.in) == 0
    {
      unsafe FCGX_Detach(request)
    }
    unsafe FCGX_Free(request, isLastOne || FCGX_GetError(request.pointee.in) != 0 ? 1 : 0)
  }

  /// Closes the connection without the record that ends an answer: the web server takes it for
  /// what it is, an answer that broke off.
  func breakOff() {
    unsafe FCGX_Free(request, 1)
  }
}

/// Whether the program was started for one request: its standard input is no listening socket.
///
/// (FCGX_IsCGI would say so, too, but it begins with taking SIGTERM for libfcgi, where one that comes
/// before `watchForTermination` is lost.)
public let isPlainCGI = !isListening(0)
