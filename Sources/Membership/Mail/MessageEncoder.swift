/// One message in the form of RFC 5322, with lines that end in LF as `sendmail` and a Maildir want
/// them.
struct MessageEncoder: Sendable {
  let from: MailAddress
  private let displayName: String
  private let replyTo: MailAddress?

  /// Throws for settings that name no address.
  init(_ sender: Sender) throws(MailFormError) {
    from = try MailAddress(sender.from)
    replyTo = sender.replyTo.isEmpty ? nil : try MailAddress(sender.replyTo)
    displayName = sender.displayName
  }

  /// - Parameters:
  ///   - id: the left part of the Message-ID, the same at every try.
  ///   - date: in the form of RFC 5322, e.g. `Sun, 22 Nov 2026 14:45:45 +0900`.
  func message(
    id: String, date: String, to recipient: MailAddress, subject: String, body: String
  ) -> [UInt8] {
    var headers = [
      "Date: \(date)",
      // The address has a line to itself: one that holds encoded words has at most 76 columns.
      "From: \(HeaderText.words(displayName, after: "From: "))\n <\(from.text)>",
      "To: \(recipient.text)",
    ]
    if let replyTo { headers.append("Reply-To: \(replyTo.text)") }
    headers += [
      "Subject: \(HeaderText.words(subject, after: "Subject: "))",
      "Message-ID: <\(id)@\(from.domain)>",
      // RFC 3834: no vacation program answers this.
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=UTF-8",
      "Content-Transfer-Encoding: base64",
    ]
    return [UInt8]((headers.joined(separator: "\n") + "\n\n").utf8) + lines(of: body)
  }

  /// The body in base64 lines of 76 columns. Inside, lines end in CRLF (RFC 2046 §4.1.1); nothing
  /// else is changed, so every kanji and variation selector arrives as it was written.
  private func lines(of body: String) -> [UInt8] {
    var text: [UInt8] = []
    var previous: UInt8 = 0
    for byte in body.utf8 {
      if byte == 0x0A, previous != 0x0D { text.append(0x0D) }
      text.append(byte)
      previous = byte
    }
    let encoded = base64(text)
    var lines: [UInt8] = []
    for start in stride(from: 0, to: encoded.count, by: 76) {
      lines += encoded[start..<min(start + 76, encoded.count)]
      lines.append(0x0A)
    }
    return lines
  }
}

/// Text in a header line: RFC 2047.
enum HeaderText {
  /// The text as it is where it is short plain ASCII, else as encoded words of at most 75 columns,
  /// folded, none of which splits a character. Control characters become spaces: no text can end
  /// its header.
  static func words(_ text: String, after name: String) -> String {
    let scalars = text.unicodeScalars.map { isControl($0) ? " " : $0 }
    let clean = String(String.UnicodeScalarView(scalars))
    if isPlain(clean), name.utf8.count + clean.utf8.count <= 76 { return clean }
    var words: [String] = []
    var word: [UInt8] = []
    // A line that holds an encoded word has at most 76 columns, the header's name included.
    var room = longestWord - name.utf8.count + 1
    for piece in pieces(of: clean) {
      if !word.isEmpty, encodedLength(word.count + piece.count) > room {
        words.append(encoded(word))
        word = []
        room = longestWord
      }
      word += piece
    }
    words.append(encoded(word))
    return words.joined(separator: "\n ")
  }

  private static let longestWord = 75
  private static let wordStart = "=?UTF-8?B?"
  private static let wordEnd = "?="

  private static func encoded(_ word: [UInt8]) -> String {
    wordStart + String(decoding: base64(word), as: UTF8.self) + wordEnd
  }

  private static func encodedLength(_ bytes: Int) -> Int {
    wordStart.utf8.count + (bytes + 2) / 3 * 4 + wordEnd.utf8.count
  }

  /// The characters of the text; one that no word could hold whole is cut between its scalars.
  private static func pieces(of text: String) -> [[UInt8]] {
    text.flatMap { character -> [[UInt8]] in
      let bytes = [UInt8](character.utf8)
      guard encodedLength(bytes.count) > longestWord - 10 else { return [bytes] }
      return character.unicodeScalars.map { [UInt8](String($0).utf8) }
    }
  }

  /// Letters, digits and spaces need no quoting, in a subject or in the words before an address.
  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x20
      }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
      || scalar.value == 0x2029
  }
}
