import Foundation
import Pages
import Platform

/// A folder of pages made for one test, which goes with it.
final class Site {
  let folder: PageFolder

  /// Writes `files`, by name; the parts that every form needs are there unless given.
  init(_ files: [String: String]) throws {
    let path = "/tmp/pages-tests/\(UInt64.random(in: 0...UInt64.max))"
    folder = PageFolder(path: path)
    for (name, text) in files.merging(
      ["parts/problems.html": Site.problems], uniquingKeysWith: { own, _ in own })
    {
      try write(name, [UInt8](text.utf8))
    }
  }

  func page(_ name: String) throws(PageError) -> Page {
    // The files go with the last use of `self`, which `folder` alone is not.
    defer { withExtendedLifetime(self) {} }
    return try folder.page(name)
  }

  func plainText(_ name: String) throws(PageError) -> String {
    defer { withExtendedLifetime(self) {} }
    return try folder.plainText(name, base: "https://m.example.jp")
  }

  func text(of id: String, in page: String) throws(PageError) -> [UInt8] {
    defer { withExtendedLifetime(self) {} }
    return try folder.text(of: id, in: page)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder.path)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let slash = name.lastIndex(of: "/") ?? name.startIndex
    try makeFolder("\(folder.path)/\(name[..<slash])")
    try writeFile("\(folder.path)/\(name)", bytes)
  }

  static let problems = """
    <template id="problems">
    <div class="problems" role="alert" tabindex="-1" id="problems-box"><ul>
    <template id="problem"><li><a href="#{target}"><slot name="sentence">x</slot></a></li>
    </template><template id="problem-plain"><li><slot name="sentence">x</slot></li>
    </template></ul></div>
    </template>
    """
}

/// A page with this text alone.
func page(_ text: String) throws -> Page {
  try Site(["page.html": text]).page("page.html")
}

/// The page with this text, filled in.
func filled(_ text: String, _ filling: Filling = Filling()) throws -> String {
  String(decoding: try page(text).render(filling), as: UTF8.self)
}

/// What is said of a page with this text, or of one that includes parts.
func complaint(_ text: String, with parts: [String: String] = [:]) throws -> String {
  let site = try Site(parts.merging(["page.html": text]) { _, page in page })
  do {
    _ = try site.page("page.html")
    return "nothing"
  } catch {
    return error.description
  }
}
