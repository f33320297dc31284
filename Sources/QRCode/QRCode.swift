// QR codes over libqrencode (ISO/IEC 18004).

import CQRencode

/// A text as a square of dark and light modules.
public struct QRCode: Sendable {
  /// Modules along a side, without the quiet zone.
  public let size: Int
  private let modules: [Bool]

  /// The text was longer than the largest code holds, or empty.
  public struct Unencodable: Error, CustomStringConvertible {
    public let description = "the text does not fit into a QR code"
  }

  /// The smallest code that holds the text; 15 % of it may be unreadable (level M).
  public init(_ text: String) throws(Unencodable) {
    guard let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else {
      throw Unencodable()
    }
    defer { unsafe QRcode_free(code) }
    size = unsafe Int(code.pointee.width)
    // The lowest bit is the colour: 1 is dark.
    modules = unsafe UnsafeBufferPointer(start: code.pointee.data, count: size * size).map {
      $0 & 1 == 1
    }
  }

  /// Whether the module at this place, counted from the upper left corner, is dark.
  public func isDark(row: Int, column: Int) -> Bool {
    modules[row * size + column]
  }

  /// Modules that must stay light around the code.
  public static let quietZone = 4

  /// Modules along a side, the quiet zone included: the side of the SVG's view box.
  public var sideWithQuietZone: Int { size + 2 * Self.quietZone }

  /// The dark modules as the `d` of an SVG path in a view box of `sideWithQuietZone`: one rectangle
  /// for each run in a row.
  public var path: String {
    var path = ""
    for row in 0..<size {
      var column = 0
      while column < size {
        let start = column
        while column < size, isDark(row: row, column: column) { column += 1 }
        if column > start {
          path +=
            "M\(start + Self.quietZone) \(row + Self.quietZone)h\(column - start)v1H"
            + "\(start + Self.quietZone)z"
        }
        column += 1
      }
    }
    return path
  }
}
