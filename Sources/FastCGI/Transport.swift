import CFastCGI
import Glibc
import Platform

/// The listening socket on file descriptor 0, and the request in hand (libfcgi).
@safe struct FastCGIQueue {
  private let request: UnsafeMutablePointer<FCGX_Request>

  /// Nil where file descriptor 0 is no listening socket: the program was started as plain CGI.
  init?() {
    guard FCGX_IsCGI() == 0, FCGX_Init() == 0 else { return nil }
    unsafe request = .allocate(capacity: 1)
    unsafe request.initialize(to: FCGX_Request())
    // A signal that asks to end interrupts the wait for a request.
    guard unsafe FCGX_InitRequest(request, 0, FCGI_FAIL_ACCEPT_ON_INTR) == 0 else { return nil }
  }

  /// Waits for the next request. False when a signal came instead, or the socket is gone.
  func accept() -> Bool {
    unsafe FCGX_Accept_r(request) >= 0
  }

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

  /// Sends a piece of the answer. False where the other side reads no more.
  func write(_ piece: [UInt8]) -> Bool {
    unsafe piece.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return true }
      let start = unsafe base.assumingMemoryBound(to: CChar.self)
      return unsafe FCGX_PutStr(start, Int32(bytes.count), request.pointee.out) >= 0
    }
  }

  /// Ends the request: its answer is whole.
  func finish() {
    unsafe FCGX_Finish_r(request)
  }

  /// Closes the connection without the record that ends an answer: the web server takes it for
  /// what it is, an answer that broke off.
  func breakOff() {
    unsafe FCGX_Free(request, 1)
  }
}
