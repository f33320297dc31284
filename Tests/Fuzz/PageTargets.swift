// Pages: the reader of our own files, and what a filled page makes of what people type.

import Platform

@testable import Pages

private let folder: String = {
  guard let folder = environmentVariable("FUZZ_FOLDER") else {
    fatalError("FUZZ_FOLDER must name a folder for the pages that are made up")
  }
  return folder
}()

/// A page that reads can be filled, and the filled page reads again.
func fuzzPage(_ bytes: [UInt8]) {
  do { try writeFile(folder + "/page.html", bytes) } catch { fatalError("\(error)") }
  guard let page = try? PageFolder(path: folder).page("page.html") else { return }
  var filling = Filling()
  for control in page.controls { filling.values[control.name] = [hostile] }
  for slot in page.slots { filling.slots[slot] = hostile }
  for part in page.parts { filling.parts[part] = [Filling(slots: filling.slots)] }
  checkHarmless(page.render(filling))
}

/// Words that would leave any place they are put in, if they could.
private let hostile = "\"'><b x='\"><!--{slot}&amp;</textarea></title><script>"

/// Whatever is typed into the registration form comes back in its controls and nowhere else: the
/// page has as many elements as with plain letters.
func fuzzRender(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  var plain = Filling()
  var filled = Filling()
  for control in registration.controls {
    let isText = control.kind.takesText && control.kind != .select
    plain.values[control.name] = [isText ? "x" : "none of them"]
    filled.values[control.name] = [isText ? typed : "none of them"]
  }
  for slot in registration.slots {
    plain.slots[slot] = "x"
    filled.slots[slot] = typed
  }
  let problems = ["email", "family_name"]
  plain.problems = problems.map { FieldProblem(field: $0, sentence: "x") }
  filled.problems = problems.map { FieldProblem(field: $0, sentence: typed) }
  let output = registration.render(filled)
  promise(tags(output) == tags(registration.render(plain)), "what is typed makes no elements")
}

private let registration: Page = {
  do { return try PageFolder(path: "www").page("register.html") } catch { fatalError("\(error)") }
}()

/// The `<` of a page, of which a harmless value adds none.
private func tags(_ bytes: [UInt8]) -> Int { bytes.count { $0 == 0x3C } }

/// Hostile words were escaped wherever they stand.
private func checkHarmless(_ output: [UInt8]) {
  promise(!holds(output, Array("<b x='".utf8)), "no value opens an element")
}

private func holds(_ bytes: [UInt8], _ word: [UInt8]) -> Bool {
  guard bytes.count >= word.count else { return false }
  return (0...bytes.count - word.count).contains { bytes[$0...].starts(with: word) }
}
