/// One attribute of a start tag.
struct Attribute {
  let name: String
  /// Where its value stands between the quotes; nil for a boolean attribute.
  let value: Range<Int>?
  /// Where all of it stands, with the space before it: leaving that out leaves a proper tag.
  let whole: Range<Int>
}

/// An element of a page, by the places of its parts in the source.
struct Element {
  let name: String
  let attributes: [Attribute]
  /// The start tag, from `<` to after `>`.
  let start: Range<Int>
  /// Where a further attribute goes: behind the last one.
  let insertion: Int
  var children: [Node] = []
  /// What stands between the start tag and the end tag.
  var inner: Range<Int>
  /// All of it, with its tags.
  var whole: Range<Int>

  func attribute(_ name: String) -> Attribute? {
    attributes.first { $0.name == name }
  }

  func has(_ name: String) -> Bool {
    attribute(name) != nil
  }
}

/// What a page consists of.
enum Node {
  case text(Range<Int>)
  /// A comment, which no answer carries.
  case comment(Range<Int>)
  /// An SSI `#echo`, which only nginx fills in, for the pages that it serves itself.
  case echo(Range<Int>)
  case element(Element)
}
