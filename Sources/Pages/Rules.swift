/// What none of our pages may contain.
enum Rules {
  private static let links: Set = ["href", "src", "action", "formaction"]
  private static let controls: Set = ["input", "select", "textarea", "button"]

  /// Throws where an element breaks the content security policy (scripts and styles are files of
  /// their own) or the rules for our forms.
  static func check(_ element: Element, in source: Source) throws(PageError) {
    let start = element.start.lowerBound
    if element.name == "style" {
      throw source.error(
        at: start, "styles belong into a file of css/, for the CSP refuses <style>")
    }
    if element.name == "script", !element.has("src") {
      throw source.error(
        at: start, "scripts belong into a file of js/, for the CSP refuses them here")
    }
    for attribute in element.attributes {
      if let message = message(attribute, of: element, in: source) {
        throw source.error(at: attribute.whole.upperBound - 1, message)
      }
    }
  }

  private static func message(
    _ attribute: Attribute, of element: Element, in source: Source
  ) -> String? {
    let name = attribute.name
    if name == "style" { return "styles belong into a file of css/, for the CSP refuses style=" }
    if name.hasPrefix("on") {
      return "scripts belong into a file of js/, for the CSP refuses \(name)="
    }
    if links.contains(name), let value = attribute.value {
      if source.bytes[value].first == Byte.open {
        return "\(name) must begin with words of the page, so that no value decides where it leads"
      }
      if source.string(value).lowercased().hasPrefix("javascript:") {
        return "\(name) must not hold a script"
      }
    }
    guard controls.contains(element.name) else { return nil }
    if ["placeholder", "disabled", "readonly"].contains(name) {
      return "a control has no \(name) (デジタル庁デザインシステム)"
    }
    if name == "aria-invalid" { return "aria-invalid is set where a field fails, not in the page" }
    return nil
  }
}
