/// The folder www/: pages that nginx serves as they are, and that handlers fill in.
public struct PageFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// The pages below `path`, none of which is read yet.
  public init(path: String) {
    self.path = path
  }

  /// The page `name` (`register/confirm.html`) with its parts in place, ready to be filled in.
  ///
  /// Throws the first thing that is wrong with its text.
  public func page(_ name: String) throws(PageError) -> Page {
    let source = try Source(name, in: path)
    return try Page(name, nodes: Reader.read(source), source: source)
  }

  /// The words of the page or part `name` without its tags, a line for each block: what a mail
  /// takes from parts/contact.html. A link to a page of ours is followed by its address, from `base`.
  public func plainText(_ name: String, base: String) throws(PageError) -> String {
    let source = try Source(name, in: path)
    return PlainText.of(try Reader.read(source), in: source, base: base)
  }

  /// The bytes inside the element that has `id`, as they are written: what a hash of the terms'
  /// text is made of.
  ///
  /// Throws where the page has no such element.
  public func text(of id: String, in page: String) throws(PageError) -> [UInt8] {
    let source = try Source(page, in: path)
    guard let element = PageFolder.element(id, in: try Reader.read(source), of: source) else {
      throw PageError(file: page, message: "no element has the id \(id)")
    }
    return [UInt8](source.bytes[element.inner])
  }

  private static func element(_ id: String, in nodes: [Node], of source: Source) -> Element? {
    for case .element(let element) in nodes {
      if let value = element.attribute("id")?.value, source.string(value) == id { return element }
      if let found = self.element(id, in: element.children, of: source) { return found }
    }
    return nil
  }
}
