/// The parameters of one request: FastCGI's, or the environment of a CGI program.
@safe public struct Parameters {
  private let source: Source

  @safe private enum Source {
    /// `NAME=value` strings ended by a null pointer; they live as long as the request.
    case pointers(UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>)
    case dictionary([String: String])
  }

  init(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    source = unsafe .pointers(pointers)
  }

  /// For tests, and for programs that bring a request of their own.
  public init(_ dictionary: [String: String]) {
    source = .dictionary(dictionary)
  }

  /// The value of a parameter; nil when it was not sent.
  public subscript(name: String) -> String? {
    switch source {
    case .dictionary(let dictionary):
      return dictionary[name]
    case .pointers(let pointers):
      var name = name
      return name.withUTF8 { wanted in
        var next = unsafe pointers
        while let entry = unsafe next.pointee {
          if unsafe Self.isEntry(entry, named: wanted) {
            return unsafe String(cString: entry + wanted.count + 1)
          }
          unsafe next += 1
        }
        return nil
      }
    }
  }

  private static func isEntry(
    _ entry: UnsafeMutablePointer<CChar>, named name: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    var index = 0
    while index < name.count {
      guard unsafe UInt8(bitPattern: entry[index]) == name[index] else { return false }
      index += 1
    }
    return unsafe entry[index] == 0x3D
  }
}
