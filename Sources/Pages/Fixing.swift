extension Page {
  /// The page with these parts written into it for good: for those that are the same in every
  /// answer, as the choices of a long list are. A filling has no say in them any more.
  public func fixing(_ parts: Named<[Filling]>) -> Page {
    var fixer = Fixer(source: source, parts: parts)
    let fixed = fixer.fix(pieces)
    return Page(self, source: fixer.source, pieces: fixed)
  }
}

/// Writes parts into a page's pieces.
private struct Fixer {
  /// The page's bytes, and after them those of the parts.
  var source: Source
  let parts: Named<[Filling]>

  /// The pieces with every one of the parts in its place.
  mutating func fix(_ pieces: [Piece]) -> [Piece] {
    var list = PieceList()
    for piece in pieces {
      switch piece {
      case .part(let name, let pieces):
        if let fillings = parts[name] {
          for filling in fillings { list.add(write(pieces, filling.slots)) }
        } else {
          list.add(.part(name, fix(pieces)))
        }
      case .text(let range): list.add(range)
      default: list.add(piece)
      }
    }
    return list.pieces
  }

  /// The pieces of a part with the texts of one filling in them.
  private mutating func write(_ pieces: [Piece], _ texts: Named<String>) -> [Piece] {
    var list = PieceList()
    for piece in pieces {
      switch piece {
      case .text(let range):
        list.add(source.append(Array(source.bytes[range])))
      case .placeholder(let name):
        if let text = texts[name] { list.add(append(text)) } else { list.add(piece) }
      case .slot(let name, let sample):
        if let text = texts[name] {
          list.add(append(text))
        } else {
          list.add(.slot(name, sample: write(sample, texts)))
        }
      case .part(let name, let pieces): list.add(.part(name, write(pieces, texts)))
      case .control(let index, let value): list.add(.control(index, value: value.with(texts)))
      case .value(let own): list.add(.value(own: write(own, texts)))
      case .checked(let own): list.add(.checked(own: write(own, texts)))
      case .described(let own, let ids):
        list.add(.described(own: write(own, texts), ids: write(ids, texts)))
      case .typedText(let own): list.add(.typedText(own: write(own, texts)))
      case .selected(let own, let value):
        list.add(.selected(own: write(own, texts), value: value.with(texts)))
      case .opened(let own, let controls):
        list.add(.opened(own: write(own, texts), controls: controls))
      case .hiddenUnlessWrong(let field, let own):
        list.add(.hiddenUnlessWrong(field, own: write(own, texts)))
      case .sentence(let field, let own): list.add(.sentence(field, own: write(own, texts)))
      case .titlePrefix, .endOfSelect: list.add(piece)
      }
    }
    return list.pieces
  }

  private mutating func append(_ text: String) -> Range<Int> {
    var bytes: [UInt8] = []
    bytes.append(escaped: text)
    return source.append(bytes)
  }
}

extension Words {
  /// The value with these texts in the place of `{x}`.
  fileprivate func with(_ texts: Named<String>) -> Words {
    var words = Words()
    var text = ""
    for part in parts {
      switch part {
      case .words(let own): text += own
      case .placeholder(let name):
        if let known = texts[name] {
          text += known
        } else {
          words.parts += [.words(text), part]
          text = ""
        }
      }
    }
    words.parts.append(.words(text))
    return words
  }
}
